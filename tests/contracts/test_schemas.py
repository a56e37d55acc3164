"""The schemas that are kept beside the contracts hold for what the classes say today."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.contracts.keeping import SCHEMAS, broken, read, schema_files

DOCUMENTS = schema_files()
FILES = [pytest.param(file, id=file.stem) for file in DOCUMENTS]


def test_a_schema_is_kept_for_every_publisher_and_none_is_gone() -> None:
    assert set(SCHEMAS.glob("*.json")) == set(DOCUMENTS)


@pytest.mark.parametrize("file", FILES)
def test_a_kept_schema_is_only_added_to(file: Path) -> None:
    assert list(broken(read(file), DOCUMENTS[file])) == []


@pytest.mark.parametrize("file", FILES)
def test_every_addition_is_kept(file: Path) -> None:
    assert read(file) == DOCUMENTS[file], "run: python -m tests.contracts"


@pytest.mark.parametrize("file", FILES)
def test_a_kept_schema_is_a_schema(file: Path) -> None:
    Draft202012Validator.check_schema(read(file))


LEAD: dict[str, Any] = {
    "$defs": {
        "State": {"enum": ["open", "qualified"], "type": "string"},
        "Lead": {
            "type": "object",
            "properties": {"id": {"type": "string"}, "state": {"$ref": "#/$defs/State"}},
            "required": ["id", "state"],
        },
    }
}


def changed(path: str, value: object) -> dict[str, Any]:
    """The schema with another value at a path; None takes the member away."""

    def put(node: dict[str, Any], names: list[str]) -> dict[str, Any]:
        name, *rest = names
        if rest:
            return {**node, name: put(node.get(name, {}), rest)}
        others = {each: node[each] for each in node if each != name}
        return others if value is None else {**others, name: value}

    return put(LEAD, path.split("/"))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$defs/Lead/properties/state", None),
        ("$defs/Lead/properties/id", {"type": "integer"}),
        ("$defs/Lead/properties/id", {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ("$defs/Lead/properties/id/maxLength", 10),
        ("$defs/Lead/required", ["id"]),
        ("$defs/Lead/required", ["id", "state", "name"]),
        ("$defs/State/enum", ["open"]),
        ("$defs/State/enum", ["open", "qualified", "parked"]),
        ("$defs/State", None),
    ],
)
def test_a_breach_is_found(path: str, value: object) -> None:
    assert list(broken(LEAD, changed(path, value)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$defs/Lead/properties/name", {"type": "string"}),
        ("$defs/Lead/description", "Who may become a customer."),
        ("$defs/Lead/required", ["state", "id"]),
        ("$defs/Person", {"type": "object"}),
    ],
)
def test_an_addition_is_no_breach(path: str, value: object) -> None:
    assert list(broken(LEAD, changed(path, value))) == []
