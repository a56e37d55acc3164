"""Markers that say, beside a field's type, what lists, clients and other services may do with it."""

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


@dataclass(frozen=True, slots=True)
class Listed:
    """Lists may filter and sort by the field; `indexed` where that must be quick on a large collection. Of a field with
    parts, such as an address, each part is, but sorting.
    """

    indexed: bool = False

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "x-filterable": True}


@dataclass(frozen=True, slots=True)
class Searched:
    """`$search` looks into the field."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """Clients never set the field, except at creation where `initial`."""

    initial: bool = False

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(schema) if self.initial else {**handler(schema), "readOnly": True}


@dataclass(frozen=True, slots=True)
class Lookup:
    """The field points to a record of one of these collections, by its id or as a `Reference`."""

    collections: tuple[str, ...]

    @classmethod
    def to(cls, *collections: str) -> "Lookup":
        return cls(collections)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "x-refers-to": list(self.collections)}


LISTED: Final = Listed()
INDEXED: Final = Listed(indexed=True)
SEARCHED: Final = Searched()
GUARDED: Final = Guarded()
INITIAL: Final = Guarded(initial=True)

Line = Annotated[str, Field(min_length=1, max_length=200)]
"""One line of text: a name, a subject."""

Text = Annotated[str, Field(max_length=20_000)]
"""Several paragraphs."""
