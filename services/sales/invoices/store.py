"""How invoices and credit notes are numbered: without gaps (docs/adr/0040)."""

from enum import StrEnum

from libs.store.sequence import take_next
from libs.store.work import UnitOfWork
from services.sales.invoices.model import number_of


class Series(StrEnum):
    """What numbers begin with; each counts from 1 in each year."""

    INVOICES = "INV"
    CREDIT_NOTES = "CN"


async def next_number(work: UnitOfWork, series: Series) -> str:
    """The next of this year in UTC, which is taken by the commit or not at all."""
    year = work.now.year
    return number_of(series, year, await take_next(work, f"{series} {year}"))
