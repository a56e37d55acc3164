"""What a reader of the journal may ask for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from libs.domain.refusals import InvalidFields

PROJECTION: Final = "events"
"""The name of the projection that keeps them, and of its queue."""

MOST_PATTERNS: Final = 20

_WORD: Final = "[a-z0-9_]+"
_PATTERN: Final = re.compile(rf"#|(?:{_WORD}|\*)(?:\.(?:{_WORD}|\*)){{0,4}}(?:\.#)?")
_LONGEST: Final = 120


@dataclass(frozen=True, slots=True)
class Topics:
    """Which types of events a reader wants; without `patterns` all of them.

    A pattern is a type in which `*` stands for any one word, as the last one for all that follow too. `#` at the end
    stands for any number of words, none included.
    """

    patterns: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Topics":
        """From patterns between commas; raises `InvalidFields`."""
        patterns = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        if len(patterns) > MOST_PATTERNS:
            raise InvalidFields.at("types", "too_many", f"at most {MOST_PATTERNS} patterns")
        if not all(len(pattern) <= _LONGEST and _PATTERN.fullmatch(pattern) for pattern in patterns):
            raise InvalidFields.at("types", "malformed", "must be event types, or patterns such as sales.lead.*")
        return cls() if "#" in patterns else cls(patterns)

    @property
    def expression(self) -> str | None:
        """A regular expression that a wanted type matches; None where all do."""
        if not self.patterns:
            return None
        return f"^(?:{'|'.join(_expression(pattern) for pattern in self.patterns)})$"

    def choose(self, types: Iterable[str]) -> list[str]:
        """Those of the types that are wanted."""
        expression = self.expression
        return [type_ for type_ in types if expression is None or re.match(expression, type_)]


def _expression(pattern: str) -> str:
    words = pattern.removesuffix(".#")
    exact = words.replace(".", r"\.").replace("*", _WORD)
    return rf"{exact}(?:\.{_WORD})*" if pattern.endswith(("#", "*")) else exact


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events a reader wants: of some types, about the records of one collection, or about one record."""

    topics: Topics = Topics()
    collection: str | None = None
    subject: str | None = None


EVERYTHING: Final = Wanted()


def collection_in(text: str) -> str:
    """A collection as a reader names it; raises `InvalidFields`."""
    if not re.fullmatch(_WORD, text) or len(text) > _LONGEST:
        raise InvalidFields.at("collection", "malformed", "must be the name of a collection, such as leads")
    return text


def number_in(text: str, option: str, *, least: int, most: int) -> int:
    """A whole number as a reader names it; raises `InvalidFields`."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 4 and least <= int(text) <= most):
        raise InvalidFields.at(option, "out_of_range", f"must be {least} to {most}")
    return int(text)


def position_in(text: str, pointer: str) -> int:
    """A position as a reader names it; raises `InvalidFields`."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise InvalidFields.at(pointer, "malformed", "must be the position of an event, or 0")
    return int(text)


def require_known(position: int, *, head: int, pointer: str) -> None:
    """Raises `InvalidFields` for a position that was never given: going on from there would miss events."""
    if position > head:
        raise InvalidFields.at(pointer, "unknown_position", f"the last event has position {head}")
