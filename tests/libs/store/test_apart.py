"""Changes that are written each by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from libs.store.apart import change_apart
from libs.store.context import Context
from libs.store.outbox import LARGEST_EMBEDDED, Pending
from libs.store.store import Document, Store
from libs.store.work import UnitOfWork
from tests.libs.store.orders import Order, order


async def given_orders(store: Store, number: int) -> list[Order]:
    async def create(work: UnitOfWork) -> list[Order]:
        return [work.add(order(f"order {each}")) for each in range(number)]

    return await store.run(create, Context())


async def renaming(store: Store, orders: Sequence[Order], customer: str = "Grace") -> UnitOfWork:
    work = UnitOfWork(store, Context())
    for record in await work.find(Order, {"_id": {"$in": [each.id for each in orders]}}):
        work.save(record.evolve(customer=customer))
    return work


async def documents(store: Store) -> list[Document]:
    return await store.collection(Order.collection).find().sort("_id", 1).to_list(None)


async def test_each_record_is_changed_and_announced(store: Store, committed: list[Pending]) -> None:
    orders = await given_orders(store, 3)
    committed.clear()

    assert await change_apart(await renaming(store, orders)) == 3

    assert [(each["customer"], each["version"]) for each in await documents(store)] == [("Grace", 2)] * 3
    assert {(event.record_id, event.type) for event in committed} == {
        (each.id, "sales.order.updated") for each in orders
    }


async def test_of_a_record_that_has_changed_meanwhile_nothing_is_done_nor_said(
    store: Store, committed: list[Pending]
) -> None:
    first, second = await given_orders(store, 2)
    work = await renaming(store, [first, second])
    await change_apart(await renaming(store, [first], "Ada"))
    committed.clear()

    assert await change_apart(work) == 1

    assert {each["_id"]: each["customer"] for each in await documents(store)} == {first.id: "Ada", second.id: "Grace"}
    assert committed == []
    waiting = await store.outbox.pending(timedelta(0), limit=10)
    assert [event.type for event in waiting if event.record_id == second.id] == [
        "sales.order.created",
        "sales.order.updated",
    ]
    assert len([event for event in waiting if event.record_id == first.id]) == 2


async def test_what_has_a_large_event_is_left_for_a_transaction(store: Store) -> None:
    small, large = await given_orders(store, 2)
    work = await renaming(store, [small])
    work.save((await work.get(Order, large.id)).evolve(note="x" * LARGEST_EMBEDDED))

    assert await change_apart(work) == 1
    assert [each["version"] for each in await documents(store)] == [2, 1]


async def test_events_that_are_held_are_announced_by_nobody_yet(store: Store, committed: list[Pending]) -> None:
    orders = await given_orders(store, 2)
    committed.clear()
    work = await renaming(store, orders)
    work.held_until = work.now + timedelta(minutes=1)

    assert await change_apart(work) == 2

    assert committed == []
