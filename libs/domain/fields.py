"""Markers that say, beside a field's type, what lists, clients and other services may do with it."""

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field


@dataclass(frozen=True, slots=True)
class Listed:
    """Lists may filter and sort by the field; `indexed` where that must be quick on a large collection."""

    indexed: bool = False


@dataclass(frozen=True, slots=True)
class Searched:
    """`$search` looks into the field."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """Clients never set the field, except at creation where `initial`."""

    initial: bool = False


@dataclass(frozen=True, slots=True)
class Lookup:
    """The field points to a record of one of these collections, by its id or as a `Reference`."""

    collections: tuple[str, ...]

    @classmethod
    def to(cls, *collections: str) -> "Lookup":
        return cls(collections)


LISTED: Final = Listed()
INDEXED: Final = Listed(indexed=True)
SEARCHED: Final = Searched()
GUARDED: Final = Guarded()
INITIAL: Final = Guarded(initial=True)

Line = Annotated[str, Field(min_length=1, max_length=200)]
"""One line of text: a name, a subject."""

Text = Annotated[str, Field(max_length=20_000)]
"""Several paragraphs."""
