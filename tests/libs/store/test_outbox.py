"""Events wait beside the change they tell of until the broker has them."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from libs.contracts.envelope import Envelope
from libs.domain.grants import EVERYTHING
from libs.domain.refusals import NotFound
from libs.store.context import Context
from libs.store.mongo import Document
from libs.store.outbox import LARGEST_EMBEDDED, MOST_EMBEDDED, Pending
from libs.store.query.options import parse_list_query
from libs.store.queryable import query_fields_of
from libs.store.reading import read_one, read_page
from libs.store.rows import commit_rows
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.store.orders import Order, OrderPraised, given_order, order
from tests.support.machine import allowing

AT_ONCE = timedelta(seconds=-1)


async def praise(store: Store, added: Order, *words: str) -> None:
    async def command(work: UnitOfWork) -> None:
        current = await work.get(Order, added.id)
        work.save(current, *(OrderPraised(words=each) for each in words or ("well done",)))

    await store.run(command, Context())


async def stored(store: Store, added: Order) -> Document:
    return await store.collection("orders").find_one({"_id": added.id}) or {}


async def waiting(store: Store) -> list[Pending]:
    return await store.outbox.pending(older_than=AT_ONCE, limit=1000)


def sequences(events: list[Pending]) -> list[int]:
    return [Envelope.from_json(event.body).sequence for event in events]


async def test_an_event_waits_in_the_document_until_it_is_cleared(store: Store, committed: list[Pending]) -> None:
    added = await given_order(store)

    assert await waiting(store) == committed
    await store.outbox.clear(committed)

    assert await waiting(store) == []
    assert not {"_outbox", "_pending"} & (await stored(store, added)).keys()


async def test_given_thousands_of_events_then_they_are_cleared_within_seconds(
    store: Store, committed: list[Pending]
) -> None:
    """What is slower than the events come is never done: it ends by its deadline, and all is published again."""
    unit = [UnitOfWork(store, Context()) for _ in range(4000)]
    added = [work.add(order(number=number)) for number, work in enumerate(unit)]
    await commit_rows(store, unit)
    published = list(committed)
    await praise(store, added[17])

    started = time.monotonic()
    await store.outbox.clear(published)
    seconds = time.monotonic() - started

    assert await waiting(store) == committed[4000:]
    assert seconds < allowing(3.0)


async def test_given_an_event_pushed_after_publishing_then_clearing_keeps_it(
    store: Store, committed: list[Pending]
) -> None:
    added = await given_order(store)
    published = list(committed)
    await praise(store, added)

    await store.outbox.clear(published)

    assert await waiting(store) == committed[1:]
    assert "_pending" in await stored(store, added)


async def test_given_two_relays_that_publish_the_same_then_clearing_twice_does_no_harm(
    store: Store, committed: list[Pending]
) -> None:
    added = await given_order(store)
    await store.outbox.clear(committed[:1])
    await praise(store, added)

    await store.outbox.clear(committed[:1])

    assert await waiting(store) == committed[1:]


async def test_clearing_touches_neither_version_nor_content(store: Store, committed: list[Pending]) -> None:
    added = await given_order(store)
    before = await stored(store, added)

    await store.outbox.clear(committed)

    after = await stored(store, added)
    assert {**after, "_outbox": before["_outbox"], "_pending": before["_pending"]} == before


async def test_given_many_records_then_one_call_clears_them_all(store: Store, committed: list[Pending]) -> None:
    await asyncio.gather(*(given_order(store) for _ in range(30)))

    await store.outbox.clear(committed[:20])

    assert {event.event_id for event in await waiting(store)} == {event.event_id for event in committed[20:]}


async def test_the_longest_waiting_come_first_and_the_youngest_not_yet(store: Store, committed: list[Pending]) -> None:
    for _ in range(3):
        await given_order(store)

    assert [event.event_id for event in await store.outbox.pending(AT_ONCE, limit=2)] == [
        event.event_id for event in committed[:2]
    ]
    assert await store.outbox.pending(older_than=timedelta(minutes=1), limit=1000) == []


async def test_of_many_that_wait_no_more_are_read_than_are_wanted(store: Store) -> None:
    waits = {"_pending": datetime(2026, 1, 1, tzinfo=UTC), "_outbox": [{"id": "e", "type": "t", "body": b"{}"}]}
    await store.collection("orders").insert_many([{"_id": f"{number:04}", **waits} for number in range(600)])
    profile = store.collection("system.profile")
    await store.database.command("profile", 2)

    found = await store.outbox.pending(AT_ONCE, limit=300)

    await store.database.command("profile", 0)
    batches = [each["nreturned"] async for each in profile.find({"ns": f"{store.database.name}.orders"})]
    await profile.drop()  # the tests after this have the same database, and empty all that is in it
    assert (len(found), sum(batches)) == (300, 300)


async def test_given_a_broker_away_then_a_document_holds_32_events_and_further_ones_lie_beside_it(
    store: Store, committed: list[Pending]
) -> None:
    added = await given_order(store)
    for _ in range(MOST_EMBEDDED + 8):
        await praise(store, added)

    document = await stored(store, added)
    assert len(document["_outbox"]) == MOST_EMBEDDED
    assert await store.collection("outbox").count_documents({}) == 9
    assert sorted(sequences(await waiting(store))) == list(range(1, MOST_EMBEDDED + 10))
    assert {event.event_id for event in await waiting(store)} == {event.event_id for event in committed}
    assert [event.stored_in for event in committed] == ["document"] * MOST_EMBEDDED + ["outbox"] * 9

    await store.outbox.clear(committed)

    assert await waiting(store) == []
    assert (await stored(store, added))["version"] == MOST_EMBEDDED + 9


async def test_given_a_full_document_within_a_transaction_then_its_events_lie_beside_it(
    store: Store, committed: list[Pending]
) -> None:
    added = await given_order(store)
    for _ in range(MOST_EMBEDDED - 1):
        await praise(store, added)

    async def two_records(work: UnitOfWork) -> None:
        work.save((await work.get(Order, added.id)).evolve(customer="Grace"))
        work.add(order("Bob"))

    await store.run(two_records, Context())

    assert await store.collection("outbox").count_documents({}) == 1
    assert {event.event_id for event in await waiting(store)} == {event.event_id for event in committed}


async def test_given_a_full_document_among_many_that_change_then_its_event_alone_lies_beside(
    store: Store, committed: list[Pending]
) -> None:
    added = [await given_order(store) for _ in range(9)]
    for _ in range(MOST_EMBEDDED - 1):
        await praise(store, added[4])

    async def all_of_them(work: UnitOfWork) -> None:
        for each in added:
            work.save((await work.get(Order, each.id)).evolve(customer="Grace"))

    await store.run(all_of_them, Context())

    [beside] = await store.collection("outbox").find({}).to_list(None)
    assert beside["record_id"] == added[4].id
    assert [(await stored(store, each))["customer"] for each in added] == ["Grace"] * len(added)
    assert {event.event_id for event in await waiting(store)} == {event.event_id for event in committed}


@pytest.mark.parametrize("new", [True, False])
async def test_given_more_events_at_once_than_a_document_may_hold_then_the_rest_lies_beside_it(
    store: Store, committed: list[Pending], *, new: bool
) -> None:
    many = [OrderPraised(words=str(number)) for number in range(MOST_EMBEDDED + 3)]
    added = await given_order(store)
    await store.outbox.clear(committed)
    committed.clear()

    async def command(work: UnitOfWork) -> Order:
        return work.add(order(), *many) if new else work.save(await work.get(Order, added.id), *many)

    changed = await store.run(command, Context())

    assert len((await stored(store, changed))["_outbox"]) == MOST_EMBEDDED
    assert len(await waiting(store)) == len(committed) == MOST_EMBEDDED + 3


@pytest.mark.parametrize("new", [True, False])
async def test_given_an_event_above_32_kib_then_it_lies_beside_its_document(
    store: Store, committed: list[Pending], *, new: bool
) -> None:
    long_note = "x" * LARGEST_EMBEDDED
    added = await given_order(store)
    await store.outbox.clear(committed)
    committed.clear()

    async def command(work: UnitOfWork) -> Order:
        if new:
            return work.add(order(note=long_note))
        return work.save((await work.get(Order, added.id)).evolve(note=long_note))

    changed = await store.run(command, Context())

    assert "_outbox" not in await stored(store, changed)
    assert await waiting(store) == committed
    assert committed[0].stored_in == "outbox"
    await store.outbox.clear(committed)
    assert await waiting(store) == []


async def test_given_a_removed_record_then_its_last_event_still_waits(store: Store, committed: list[Pending]) -> None:
    added = await given_order(store)

    async def remove(work: UnitOfWork) -> None:
        work.remove(await work.get(Order, added.id))

    await store.run(remove, Context())

    assert [event.type for event in await waiting(store)] == ["sales.order.created", "sales.order.deleted"]
    with pytest.raises(NotFound):
        await read_one(store, Order, added.id, EVERYTHING)


async def test_nobody_who_reads_sees_what_waits(store: Store, committed: list[Pending]) -> None:
    added = await given_order(store)
    query = parse_list_query([], query_fields_of(Order), now=added.created_at)  # type: ignore[arg-type]

    views = [
        await read_one(store, Order, added.id, EVERYTHING),
        *(await read_page(store, Order, query, EVERYTHING)).value,
    ]
    told = [Envelope.from_json(event.body).record for event in committed]

    for view in [*views, *told]:
        assert not [name for name in view if name.startswith("_")]


async def test_waiting_events_are_found_by_their_index(store: Store) -> None:
    plan = await store.explain(
        "orders", {"_pending": {"$lt": (await given_order(store)).created_at}}, [("_pending", 1)]
    )

    stages = str(plan["queryPlanner"]["winningPlan"])
    assert "'indexName': '_pending_1'" in stages
    assert "COLLSCAN" not in stages


async def test_the_depth_tells_how_many_wait_and_since_when(store: Store, committed: list[Pending]) -> None:
    assert await store.outbox.depth() == {"waiting": 0, "oldest": None}
    first = await given_order(store)
    await given_order(store, note="x" * LARGEST_EMBEDDED)

    assert await store.outbox.depth() == {"waiting": 2, "oldest": first.created_at}
