"""What people call documents: a prefix that their organisation chooses, the year, and a count (docs/adr/0040)."""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from libs.contracts.values import Value
from libs.domain.refusals import FieldError, InvalidFields

Prefix = Annotated[str, Field(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=12)]


class Prefixes(Value):
    """What numbers begin with, by collection."""

    quotes: Prefix = "Q"
    orders: Prefix = "O"
    invoices: Prefix = "INV"
    credit_notes: Prefix = "CN"


@dataclass(frozen=True, slots=True)
class Series:
    """The documents of a collection, counted from 1 in each year. The counter has a name of its own, which stays: with
    another prefix they are counted on.
    """

    collection: str
    counter: str
    digits: int


QUOTES: Final = Series("quotes", "quotes", 6)
ORDERS: Final = Series("orders", "orders", 6)
INVOICES: Final = Series("invoices", "INV", 5)
CREDIT_NOTES: Final = Series("credit_notes", "CN", 5)


def require_distinct(prefixes: Prefixes) -> None:
    """Raises `InvalidFields` where a number could be that of two documents."""
    used = Counter(prefixes.__dict__.values())
    errors = [
        FieldError(f"/number_prefixes/{name}", "not_unique", f"other documents begin with {prefix} as well")
        for name, prefix in prefixes.__dict__.items()
        if used[prefix] > 1
    ]
    if errors:
        raise InvalidFields("documents of each kind begin with a prefix of their own", errors=errors)


def number_of(series: Series, prefixes: Prefixes, year: int, count: int) -> str:
    """INV-2026-00123."""
    return f"{getattr(prefixes, series.collection)}-{year}-{count:0{series.digits}}"
