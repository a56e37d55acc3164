"""How invoices and credit notes are numbered, without gaps (docs/adr/0040), and which an order has."""

from enum import StrEnum

from libs.contracts.billing import InvoiceState
from libs.store.sequence import take_next
from libs.store.work import UnitOfWork
from services.sales.invoices.model import MOST_OF_ORDER, Invoice, TooManyInvoices, number_of


class Series(StrEnum):
    """What numbers begin with; each counts from 1 in each year."""

    INVOICES = "INV"
    CREDIT_NOTES = "CN"


async def next_number(work: UnitOfWork, series: Series) -> str:
    """The next of this year in UTC, which is taken by the commit or not at all."""
    year = work.now.year
    return number_of(series, year, await take_next(work, f"{series} {year}"))


async def of_order(work: UnitOfWork, order_id: str) -> list[Invoice]:
    """Those that charge something of the order; raises `TooManyInvoices`."""
    charging = {"order_id": order_id, "state": {"$ne": InvoiceState.CANCELED}}
    found = await work.find(Invoice, charging, limit=MOST_OF_ORDER)
    if len(found) == MOST_OF_ORDER:
        raise TooManyInvoices(f"an order has at most {MOST_OF_ORDER} invoices")
    return found


async def has_invoices(work: UnitOfWork, order_id: str) -> bool:
    """Whether any is over the order, also a canceled one."""
    return await work.first(Invoice, {"order_id": order_id}) is not None
