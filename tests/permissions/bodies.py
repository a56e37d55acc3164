"""Bodies that a route can read, made from the models that describe them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import BaseModel

from tests.support.services import COLLEAGUE

CHOSEN = {"owner_id": COLLEAGUE, "user_id": COLLEAGUE}
"""Members that must lead to somebody."""

PLAIN: Final[Mapping[str, Callable[[dict[str, Any]], Any]]] = {
    "date-time": lambda _: "2026-11-20T09:30:00Z",
    "date": lambda _: "2026-11-20",
    "password": lambda _: "rote Rosen im Juni",
    "string": lambda schema: "x" * max(1, schema.get("minLength", 1)),
    "integer": lambda schema: schema.get("minimum", 1),
    "number": lambda schema: max(1, schema.get("minimum", 1)),
    "boolean": lambda _: True,
}


def smallest(model: type[BaseModel] | None) -> dict[str, Any] | None:
    """The least that the model accepts; None where there is no model."""
    if model is None:
        return None
    schema = model.model_json_schema()
    members = schema.get("properties", {})
    wanted = {*schema.get("required", ()), *(CHOSEN.keys() & members.keys())}
    return {name: CHOSEN.get(name) or _value(members[name], schema.get("$defs", {})) for name in sorted(wanted)}


def _value(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        schema = schema["anyOf"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if schema["type"] == "array":
        return [_value(schema["items"], definitions)] * max(1, schema.get("minItems", 1))
    if schema["type"] == "object":
        members = schema.get("properties", {})
        return {name: _value(members[name], definitions) for name in schema.get("required", ())}
    return PLAIN[schema.get("format", schema["type"])](schema)
