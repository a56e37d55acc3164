"""An event has its effect once, however often and wherever it is delivered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest

from libs.contracts.envelope import Envelope
from libs.domain.refusals import NotFound
from libs.store import inbox
from libs.store.clock import utc_now
from libs.store.ids import new_id
from libs.store.outbox import Pending
from libs.store.purging import KEPT, purge
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.store.faults import Faults
from tests.libs.store.orders import Order, order

Command: TypeAlias = Callable[[UnitOfWork], Awaitable[None]]


def event(**attributes: object) -> Envelope:
    given = {
        "id": new_id(),
        "source": "/crm/marketing",
        "type": "marketing.campaign.answered",
        "subject": f"campaigns/{new_id()}",
        "time": datetime(2026, 1, 1, tzinfo=UTC),
        "epoch": 1,
        "sequence": 1,
        "correlationid": "corr",
        "causationid": None,
        "actorid": "ada",
        "via": "ui",
        "traceparent": None,
        "data": {"record": {}},
    }
    return Envelope(**{**given, **attributes})  # type: ignore[arg-type]


async def make_order(work: UnitOfWork) -> None:
    work.add(order())


async def ship_one(work: UnitOfWork) -> None:
    """An effect on what is there already."""
    placed = await work.first(Order, {})
    assert placed is not None
    work.save(placed.evolve(note="shipped"))


async def orders(store: Store) -> int:
    return await store.collection("orders").count_documents({})


async def test_given_the_same_event_again_then_its_effect_is_not_repeated(store: Store) -> None:
    once = event()
    for _ in range(3):
        await inbox.guarded(store, "order_intake", once, make_order)

    assert await orders(store) == 1


async def test_given_the_same_event_on_many_copies_at_once_then_one_effect(store: Store) -> None:
    once = event()
    await asyncio.gather(*(inbox.guarded(store, "order_intake", once, make_order) for _ in range(10)))

    assert await orders(store) == 1


async def test_given_two_consumers_or_two_events_then_each_has_its_effect(store: Store) -> None:
    first = event()
    await inbox.guarded(store, "order_intake", first, make_order)
    await inbox.guarded(store, "second_consumer", first, make_order)
    await inbox.guarded(store, "order_intake", event(), make_order)

    assert await orders(store) == 3


async def test_the_effect_tells_what_it_follows_from(store: Store, committed: list[Pending]) -> None:
    cause = event(correlationid="the sale", traceparent="00-1-2-01")
    await inbox.guarded(store, "order_intake", cause, make_order)

    effect = Envelope.from_json(committed[0].body)
    assert (effect.causationid, effect.correlationid, effect.via) == (cause.id, "the sale", "event")
    assert (effect.actorid, effect.traceparent) == ("ada", "00-1-2-01")


async def test_given_a_failure_then_neither_effect_nor_mark_remains_and_a_redelivery_works(store: Store) -> None:
    once = event()

    async def fail(work: UnitOfWork) -> None:
        work.add(order())
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await inbox.guarded(store, "order_intake", once, fail)
    assert (await orders(store), await store.collection("inbox").count_documents({})) == (0, 0)

    await inbox.guarded(store, "order_intake", once, make_order)
    assert await orders(store) == 1


async def test_given_a_redelivery_that_meets_what_the_first_has_done_then_it_is_no_failure(store: Store) -> None:
    once = event()

    async def only_on_nothing(work: UnitOfWork) -> None:
        if await work.find(Order, {}):
            raise NotFound("nothing left to do")
        work.add(order())

    await inbox.guarded(store, "order_intake", once, only_on_nothing)
    await inbox.guarded(store, "order_intake", once, only_on_nothing)

    assert await orders(store) == 1
    with pytest.raises(NotFound):
        await inbox.guarded(store, "order_intake", event(), only_on_nothing)


async def test_given_an_event_that_makes_one_record_then_its_mark_lies_in_that(store: Store) -> None:
    once = event()
    for _ in range(3):
        await inbox.guarded(store, "order_intake", once, make_order, makes=Order)

    [made] = await store.collection("orders").find().to_list()
    assert made["_claims"] == [f"inbox|order_intake|{once.id}"]
    assert await store.collection("inbox").count_documents({}) == 0


async def test_given_such_an_event_on_many_copies_at_once_then_one_effect(store: Store) -> None:
    once = event()
    await asyncio.gather(*(inbox.guarded(store, "order_intake", once, make_order, makes=Order) for _ in range(10)))

    assert await orders(store) == 1


@pytest.mark.parametrize(("first", "second"), [(make_order, ship_one), (ship_one, make_order)])
async def test_wherever_the_mark_lies_another_effect_of_the_event_is_none(
    store: Store, first: Command, second: Command
) -> None:
    await inbox.guarded(store, "order_intake", event(), make_order, makes=Order)
    once = event()

    for effect in (first, second):
        await inbox.guarded(store, "order_intake", once, effect, makes=Order)

    made = await store.collection("orders").find({"_claims": f"inbox|order_intake|{once.id}"}).to_list()
    marks = await store.collection("inbox").count_documents({})
    shipped = await store.collection("orders").count_documents({"note": "shipped"})
    assert (len(made), marks, shipped) == ((1, 0, 0) if first is make_order else (0, 1, 1))


async def test_given_a_young_event_that_makes_a_record_then_nothing_is_looked_for(
    faulty_store: Store, faults: Faults
) -> None:
    there = f"{faulty_store.database.name}.inbox"
    async with faults.failing("find", how={"errorCode": 8000, "namespace": there}):
        await inbox.guarded(faulty_store, "order_intake", event(time=utc_now()), make_order, makes=Order)

    assert await orders(faulty_store) == 1


@pytest.mark.parametrize("purged", ["in one go", "after a purge that was cut"])
async def test_given_a_record_that_is_purged_then_what_made_it_has_no_effect_again(store: Store, purged: str) -> None:
    once = event()
    await inbox.guarded(store, "order_intake", once, make_order, makes=Order)
    long_ago = datetime.now(UTC) - KEPT - timedelta(days=1)
    await store.collection("orders").update_one({}, {"$set": {"_deleted": long_ago}, "$unset": {"_pending": 1}})
    if purged != "in one go":
        await inbox.keep_marks(store, await store.collection("orders").find().to_list())

    await purge(store)
    await inbox.guarded(store, "order_intake", once, make_order, makes=Order)

    assert await orders(store) == 0
    [mark] = await store.collection("inbox").find().to_list()
    assert mark["_id"] == f"order_intake|{once.id}"


async def test_given_no_effect_then_there_is_no_mark(store: Store) -> None:
    async def ignore(_: UnitOfWork) -> None:
        return

    await inbox.guarded(store, "order_intake", event(), ignore)

    assert await store.collection("inbox").count_documents({}) == 0


async def test_marks_outlive_the_longest_replay(store: Store) -> None:
    indexes = await store.collection("inbox").index_information()

    assert indexes["at_1"]["expireAfterSeconds"] > 90 * 24 * 3600
