"""Indexes are built as they are declared, and what an earlier release has left is told."""

from __future__ import annotations

from libs.store.store import Store
from tests.libs.store.orders import Order, Parcel
from tests.support.waiting import PATIENCE


async def test_an_index_that_nobody_declares_any_more_is_told_and_stays(
    store: Store, store_url: str, store_name: str
) -> None:
    orders = store.collection(Order.collection)
    name = await orders.create_index([("note", 1), ("customer", 1)])

    copy = await Store.open(store_url, store_name, service="sales", records=[Order, Parcel], seconds=PATIENCE)
    await copy.close()

    assert copy.undeclared_indexes == {Order.collection: [name]}
    assert name in await orders.index_information()
    await orders.drop_index(name)


async def test_of_declared_indexes_none_is_told(store: Store) -> None:
    assert store.undeclared_indexes == {}
