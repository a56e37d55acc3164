"""What administrators may describe fields by, and what such fields take."""

from typing import Any

import pytest

from libs.domain.json_schemas import DEEPEST, MOST_BYTES, require_fitting, require_sound
from libs.domain.refusals import InvalidFields

VISIT: dict[str, Any] = {
    "type": "object",
    "required": ["visitors", "seen"],
    "properties": {
        "visitors": {"type": "integer", "minimum": 1},
        "rating": {"type": "string", "enum": ["good", "bad"]},
        "seen": {"type": "string", "format": "date"},
        "guide": {
            "type": "object",
            "required": ["email"],
            "properties": {"email": {"type": "string", "format": "email"}},
        },
        "rooms": {"type": "array", "maxItems": 2, "items": {"type": "number"}},
        "again": {"type": "boolean", "title": "Do they come again?"},
    },
}
FULL: dict[str, Any] = {
    "visitors": 3,
    "rating": "good",
    "seen": "2026-05-04",
    "guide": {"email": "ada@example.org"},
    "rooms": [1, 2.5],
    "again": False,
}


def nested(depth: int) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": nested(depth - 1) if depth > 1 else {"type": "string"}}}


def test_a_sound_schema_takes_what_it_describes() -> None:
    require_sound(VISIT, at="/fields_schema")
    require_fitting(FULL, VISIT, at="/fields")
    require_fitting({"visitors": 1, "seen": "2026-05-04"}, VISIT, at="/fields")
    require_sound(nested(DEEPEST - 1), at="")


@pytest.mark.parametrize(
    ("schema", "pointer"),
    [
        ({}, "/type"),
        ({"type": "string"}, "/type"),
        ({"type": "object"}, "/properties"),
        ({"type": "object", "properties": {}}, "/properties"),
        ({"type": "object", "properties": {"$where": {"type": "string"}}}, "/properties/$where"),
        ({"type": "object", "properties": {"a.b": {"type": "string"}}}, "/properties/a.b"),
        ({"type": "object", "properties": {"a": True}}, "/properties/a"),
        ({"type": "object", "properties": {"a": {"type": "null"}}}, "/properties/a/type"),
        ({"type": "object", "properties": {"a": {"$ref": "https://example.org/a.json"}}}, "/properties/a/type"),
        ({"type": "object", "properties": {"a": {"type": "string", "pattern": "(a+)+$"}}}, "/properties/a/pattern"),
        ({"type": "object", "properties": {"a": {"type": "string", "format": "regex"}}}, "/properties/a/format"),
        ({"type": "object", "properties": {"a": {"type": "string", "maxLength": "9"}}}, "/properties/a/maxLength"),
        ({"type": "object", "properties": {"a": {"type": "array"}}}, "/properties/a/items"),
        ({"type": "object", "properties": {"a": {"type": "string"}}, "required": "a"}, "/required"),
        ({**nested(1), "$ref": "#/properties/a"}, "/$ref"),
        (nested(DEEPEST), "/properties/a" * DEEPEST),
        ({**nested(1), "description": "x" * MOST_BYTES}, ""),
    ],
)
def test_what_is_not_understood_in_a_schema_is_named(schema: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        require_sound(schema, at="/fields_schema")

    assert f"/fields_schema{pointer}" in {error.pointer for error in refused.value.errors}


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"visitors": 0}, {"/fields/visitors"}),
        ({"visitors": "3", "rating": "fair"}, {"/fields/visitors", "/fields/rating"}),
        ({"visitors": 2**60}, {"/fields/visitors"}),
        ({"seen": "2026-02-30"}, {"/fields/seen"}),
        ({"seen": "20260504"}, {"/fields/seen"}),
        ({"guide": {}}, {"/fields/guide/email"}),
        (
            {"guide": {"email": "ada", "$where": 1, "a/b": 2}},
            {f"/fields/guide/{n}" for n in ("email", "$where", "a~1b")},
        ),
        ({"rooms": [1, "2"]}, {"/fields/rooms/1"}),
        ({"rooms": [1, 2, 3]}, {"/fields/rooms"}),
        ({"colour": "red"}, {"/fields/colour"}),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, Any], pointers: set[str]) -> None:
    with pytest.raises(InvalidFields) as refused:
        require_fitting({**FULL, **changes}, VISIT, at="/fields")

    assert {error.pointer for error in refused.value.errors} == pointers


def test_what_must_be_there_and_is_not_is_named() -> None:
    with pytest.raises(InvalidFields) as refused:
        require_fitting({}, VISIT, at="/fields")

    assert {error.pointer for error in refused.value.errors} == {"/fields/visitors", "/fields/seen"}
