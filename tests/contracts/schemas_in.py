"""The JSON Schemas within an OpenAPI document, and the words they use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator

_ANNOTATIONS: Final = frozenset({
    "$comment", "$defs", "$id", "$schema", "contentEncoding", "contentMediaType", "contentSchema", "default",
    "deprecated", "description", "examples", "readOnly", "title", "writeOnly", "else", "then",
})  # fmt: skip
_OF_OPENAPI: Final = frozenset({"discriminator", "example", "externalDocs", "xml"})
KEYWORDS: Final = frozenset(Draft202012Validator.VALIDATORS) | _ANNOTATIONS | _OF_OPENAPI
"""Of JSON Schema 2020-12, with those that OpenAPI 3.1 adds."""

_ONE: Final = frozenset({
    "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not", "propertyNames", "then",
    "unevaluatedItems", "unevaluatedProperties",
})  # fmt: skip
_SEVERAL: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_NAMED: Final = frozenset({"$defs", "dependentSchemas", "patternProperties", "properties"})


def schemas_in(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every schema, at whatever depth, after where it stands."""
    for name, schema in document["components"]["schemas"].items():
        yield from _within(schema, name)
    yield from _used(document["paths"], "")


def _used(node: Any, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Schemas of parameters, bodies and answers."""
    for name, member in _members(node):
        if name == "schema":
            yield from _within(member, where)
        else:
            yield from _used(member, f"{where}/{name}")


def _within(schema: Any, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(schema, Mapping):
        return
    yield where, schema
    for keyword, member in schema.items():
        if keyword in _ONE:
            yield from _within(member, f"{where}/{keyword}")
        elif keyword in _SEVERAL | _NAMED:
            for name, each in _members(member):
                yield from _within(each, f"{where}/{keyword}/{name}")


def _members(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping):
        yield from node.items()
    elif isinstance(node, list):
        yield from ((str(number), each) for number, each in enumerate(node))
