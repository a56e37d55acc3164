"""Which order stands for what was sold."""

from libs.contracts.documents import OrderState
from libs.store.work import UnitOfWork
from services.sales.orders.model import Order


async def sold_by(work: UnitOfWork, opportunity_id: str) -> Order | None:
    """An order of the opportunity that is not canceled."""
    return await work.first(Order, {"opportunity_id": opportunity_id, "state": {"$ne": OrderState.CANCELED}})
