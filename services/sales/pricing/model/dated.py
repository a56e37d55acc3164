"""What holds from a day on, until the next of its kind does."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeVar

from libs.contracts.values import Day, Value
from libs.domain.refusals import FieldError


class Dated(Value):
    valid_from: Day


D = TypeVar("D", bound=Dated)


def in_force(dated: Sequence[D], on: date) -> D | None:
    """The one that holds on a day, None before the first."""
    begun = [each for each in dated if each.valid_from <= on]
    return max(begun, key=lambda each: each.valid_from, default=None)


def repeated_days(dated: Sequence[Dated], pointer: str) -> Iterator[FieldError]:
    """Two that begin on one day contradict each other."""
    seen: set[date] = set()
    for number, each in enumerate(dated):
        if each.valid_from in seen:
            yield FieldError(f"{pointer}/{number}/valid_from", "duplicate", "one rate begins on a day")
        seen.add(each.valid_from)
