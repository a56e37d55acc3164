"""Which terms of a custom field go together."""

from decimal import Decimal
from typing import Any

import pytest

from libs.domain.refusals import InvalidFields
from services.identity.custom_fields.model import CustomField, activate, deactivate, require_sound


def field(type_: str, **terms: Any) -> CustomField:
    return CustomField.model_validate(
        {"id": "f-1", "of": "leads", "name": "segment", "type": type_, "label": "Segment", **terms}
    )


@pytest.mark.parametrize(
    ("type_", "terms"),
    [
        ("text", {}),
        ("choice", {"choices": ["a", "b"]}),
        ("choices", {"choices": ["a"]}),
        ("reference", {"refers_to": ["accounts"]}),
        ("money", {"minimum": Decimal(0), "maximum": Decimal(0)}),
        ("integer", {"maximum": Decimal(5)}),
    ],
)
def test_terms_that_fit_the_type_are_taken(type_: str, terms: dict[str, Any]) -> None:
    assert require_sound(field(type_, **terms)) == field(type_, **terms)


@pytest.mark.parametrize(
    ("type_", "terms", "wrong"),
    [
        ("text", {"choices": ["a"]}, {"/choices": "not_for_this_type"}),
        ("date", {"minimum": Decimal(0)}, {"/minimum": "not_for_this_type"}),
        ("text", {"refers_to": ["leads"]}, {"/refers_to": "not_for_this_type"}),
        ("choice", {}, {"/choices": "missing"}),
        ("reference", {}, {"/refers_to": "missing"}),
        ("choice", {"choices": ["a", "a"]}, {"/choices": "duplicate"}),
        ("number", {"minimum": Decimal(2), "maximum": Decimal(1)}, {"/maximum": "below_minimum"}),
        ("text", {"of": "search"}, {"/of": "unknown_collection"}),
        ("reference", {"refers_to": ["leads", "moons"]}, {"/refers_to/1": "unknown_collection"}),
        ("choice", {"minimum": Decimal(2)}, {"/choices": "missing", "/minimum": "not_for_this_type"}),
    ],
)
def test_terms_that_do_not_fit_are_all_named(type_: str, terms: dict[str, Any], wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidFields) as refused:
        require_sound(field(type_, **terms))

    assert {error.pointer: error.code for error in refused.value.errors} == wrong


def test_a_field_rests_and_returns() -> None:
    resting, _ = deactivate(field("text"))

    assert resting.state == "inactive"
    assert activate(resting)[0] == field("text")
