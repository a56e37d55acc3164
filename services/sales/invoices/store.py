"""Which invoices an order has."""

from libs.contracts.billing import InvoiceState
from libs.store.work import UnitOfWork
from services.sales.invoices.model import MOST_OF_ORDER, Invoice, TooManyInvoices


async def of_order(work: UnitOfWork, order_id: str) -> list[Invoice]:
    """The invoices that charge something of the order; raises `TooManyInvoices`."""
    charging = {"order_id": order_id, "state": {"$ne": InvoiceState.CANCELED}}
    found = await work.find(Invoice, charging, limit=MOST_OF_ORDER)
    if len(found) == MOST_OF_ORDER:
        raise TooManyInvoices(f"an order has at most {MOST_OF_ORDER} invoices")
    return found


async def has_invoices(work: UnitOfWork, order_id: str) -> bool:
    """Whether any is over the order, also a canceled one."""
    return await work.first(Invoice, {"order_id": order_id}) is not None
