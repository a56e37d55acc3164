"""How orders are found: by the opportunity that they follow from."""

from libs.store.work import UnitOfWork
from services.sales.orders.model import Order


async def without_customer(work: UnitOfWork, opportunity_id: str) -> list[Order]:
    """Those that are still for the prospect of the opportunity."""
    return await work.find(Order, {"opportunity_id": opportunity_id, "customer": None})
