"""The way back of a removed record, until it is purged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libs.contracts.envelope import Envelope
from libs.domain.grants import EVERYTHING
from libs.domain.refusals import NotFound, NotRemoved, StaleVersion
from libs.store.context import Context
from libs.store.errors import Duplicate
from libs.store.outbox import Pending
from libs.store.purging import purge
from libs.store.query.options import parse_list_query
from libs.store.queryable import query_fields_of
from libs.store.reading import Page, read_page
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.store.orders import Order, order

ADA, GRACE = Context(actor_id="ada"), Context(actor_id="grace")


def restoring(record_id: str) -> Callable[[UnitOfWork], Awaitable[Order]]:
    async def restore(work: UnitOfWork) -> Order:
        return work.restore(await work.get_removed(Order, record_id))

    return restore


async def given_order(store: Store, **fields: Any) -> Order:
    async def create(work: UnitOfWork) -> Order:
        return work.add(order("Ada", **fields))

    return await store.run(create, ADA)


async def given_removed(store: Store, **fields: Any) -> Order:
    added = await given_order(store, **fields)

    async def remove(work: UnitOfWork) -> Order:
        return work.remove(await work.get(Order, added.id))

    return await store.run(remove, GRACE)


async def listed(store: Store, *options: tuple[str, str], removed: bool = True) -> Page:
    query = parse_list_query(options, query_fields_of(Order), now=datetime.now(UTC))
    return await read_page(store, Order, query, EVERYTHING, removed=removed)


async def test_a_restored_record_is_as_it_was_one_version_on(store: Store, committed: list[Pending]) -> None:
    removed = await given_removed(store, number=7)
    committed.clear()

    restored = await store.run(restoring(removed.id), GRACE)

    assert restored == removed.model_copy(update={"version": 3, "modified_at": restored.modified_at})
    assert await store.run(lambda work: work.get(Order, removed.id), ADA) == restored
    (event,) = [Envelope.from_json(each.body) for each in committed]
    assert (event.type, event.sequence, event.actorid) == ("sales.order.restored", 3, "grace")
    assert (event.record["number"], "changed" in event.data) == (7, False)


async def test_a_restored_record_changes_and_is_removed_like_any_other(store: Store) -> None:
    removed = await given_removed(store)

    async def restore_rename_and_remove(work: UnitOfWork) -> None:
        restored = work.restore(await work.get_removed(Order, removed.id))
        assert (await work.get(Order, removed.id)) == restored
        work.remove(work.save(restored.evolve(customer="Grace")))

    await store.run(restore_rename_and_remove, ADA)

    [again] = (await listed(store)).value
    assert (again["customer"], again["version"]) == ("Grace", 3)


async def test_of_two_who_restore_at_once_one_does(store: Store) -> None:
    removed = await given_removed(store)

    outcomes = await asyncio.gather(
        *(store.run(restoring(removed.id), each) for each in (ADA, GRACE)), return_exceptions=True
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NotRemoved", "Order"]


async def test_what_is_there_cannot_be_restored(store: Store) -> None:
    added = await given_order(store)

    with pytest.raises(NotRemoved):
        await store.run(restoring(added.id), ADA)


async def test_a_restore_expects_the_version_that_if_match_names(store: Store) -> None:
    removed = await given_removed(store)

    with pytest.raises(StaleVersion):
        await store.run(restoring(removed.id), ADA, if_match=1)
    assert (await store.run(restoring(removed.id), ADA, if_match=2)).version == 3


async def test_what_must_be_unique_stays_taken_while_the_record_can_come_back(store: Store) -> None:
    removed = await given_removed(store, number=7)

    with pytest.raises(Duplicate):
        await given_order(store, number=7)

    assert (await store.run(restoring(removed.id), ADA)).number == 7


async def test_after_the_purge_nothing_is_left_to_restore(store: Store) -> None:
    removed = await given_removed(store)
    long_ago = {"$set": {"_deleted": datetime.now(UTC) - timedelta(days=31)}, "$unset": {"_pending": ""}}
    await store.collection("orders").update_one({"_id": removed.id}, long_ago)

    await purge(store)

    with pytest.raises(NotFound):
        await store.run(restoring(removed.id), ADA)


async def test_a_record_purged_while_it_is_restored_is_gone(store: Store) -> None:
    removed = await given_removed(store)

    async def restore_too_late(work: UnitOfWork) -> None:
        work.restore(await work.get_removed(Order, removed.id))
        await store.collection("orders").delete_one({"_id": removed.id})

    with pytest.raises(NotFound):
        await store.run(restore_too_late, ADA)


async def test_the_recycle_bin_lists_what_was_removed_and_nothing_else(store: Store) -> None:
    living = await given_order(store)
    removed = [await given_removed(store, number=number) for number in range(3)]

    page = await listed(store, ("$top", "2"), ("$count", "true"), ("$orderby", "number desc"))
    [first] = (await listed(store, ("$filter", "number eq 0"))).value

    assert ([each["number"] for each in page.value], page.has_more, page.count) == ([2, 1], True, 3)
    assert (first["id"], first["modified_by"], first["version"]) == (removed[0].id, "grace", 2)
    assert not first.keys() & {"_deleted", "_outbox"}
    assert [each["id"] for each in (await listed(store, removed=False)).value] == [living.id]
