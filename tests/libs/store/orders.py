"""A record with one field of every kind that is stored in its own way."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from libs.contracts.event import Event, Snapshot
from libs.contracts.values import Address, Day, Moment, Money
from libs.domain.fields import GUARDED, INDEXED, LISTED, Line
from libs.domain.record import Index, Record
from libs.store.context import Context
from libs.store.ids import new_id
from libs.store.store import Store
from libs.store.work import UnitOfWork


class OrderState(StrEnum):
    OPEN = "open"
    SHIPPED = "shipped"


class Order(Record, collection="orders", aggregate="sales.order"):
    indexes = (Index(("number",), unique=True),)
    claiming = True

    state: Annotated[OrderState, GUARDED, INDEXED] = OrderState.OPEN
    customer: Annotated[Line, LISTED]
    number: Annotated[int | None, LISTED] = None
    amount: Money | None = None
    placed_at: Moment | None = None
    due_on: Day | None = None
    ship_to: Address | None = None
    note: str | None = None


class Parcel(Record, collection="parcels", aggregate="sales.parcel"):
    order_id: str


class OrderSnapshot(Snapshot):
    customer: str


class OrderShipped(Event[OrderSnapshot], type="sales.order.shipped"):
    parcel_id: str


class OrderPraised(Event[OrderSnapshot], type="sales.order.praised"):
    words: str


def order(customer: str = "Ada", **fields: Any) -> Order:
    return Order(id=new_id(), customer=customer, **fields)


async def given_order(store: Store, **fields: Any) -> Order:
    async def create(work: UnitOfWork) -> Order:
        return work.add(order(**fields))

    return await store.run(create, Context())
