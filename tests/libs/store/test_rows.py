"""Many creates at once, each for itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from types import NoneType

import pytest

from libs.contracts.envelope import Envelope
from libs.domain.refusals import EventTooLarge, Unavailable
from libs.store.context import Context
from libs.store.errors import AlreadyAnswered, Conflict, Duplicate
from libs.store.ids import new_id
from libs.store.outbox import LARGEST_EMBEDDED, LARGEST_EVENT, Pending
from libs.store.requests import Answer, RequestKey
from libs.store.rows import commit_rows
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.store.faults import NETWORK, UNKNOWN_AFTER_EFFECT, Faults
from tests.libs.store.orders import Order, Parcel, order

KEY = RequestKey.of("ada", "POST /api/v1/orders/bulk", "key-1", b"the body")


def creating(store: Store, *records: Order | Parcel) -> UnitOfWork:
    work = UnitOfWork(store, Context())
    for record in records:
        work.add(record)
    return work


def keyed(store: Store, numbers: Sequence[int]) -> list[UnitOfWork]:
    """The rows of one bulk request, each with its own answer; every third is written in a transaction."""
    works = []
    for number in numbers:
        added = order(f"row {number}")
        further = [Parcel(id=new_id(), order_id=added.id)] if number % 3 == 0 else []
        work = creating(store, added, *further)
        answer = Answer(201, added.customer.encode(), {})
        work.remember(KEY.row(number).remembering(answer, work.now), within="orders")
        works.append(work)
    return works


async def customers(store: Store) -> list[str]:
    return sorted([each["customer"] for each in await store.collection("orders").find({}).to_list(None)])


async def test_rows_are_written_and_announced(store: Store, committed: list[Pending]) -> None:
    works = [creating(store, order(f"row {number}")) for number in range(200)]

    assert await commit_rows(store, works) == [None] * 200
    assert await store.collection("orders").count_documents({}) == 200
    assert len({Envelope.from_json(event.body).record_id for event in committed}) == 200


async def test_given_bad_rows_among_good_ones_then_they_stop_no_other(store: Store, committed: list[Pending]) -> None:
    taken, known = order("taken", number=1), order("known")
    await commit_rows(store, [creating(store, taken), creating(store, known)])
    committed.clear()

    outcomes = await commit_rows(
        store,
        [
            creating(store, order("a")),
            creating(store, order("same number", number=1)),
            creating(store, order("too large", note="x" * LARGEST_EVENT)),
            creating(store, known),
            creating(store, order("b"), Parcel(id="1", order_id="b")),
            creating(store, order("half"), Parcel(id="1", order_id="known parcel")),
            creating(store, order("c", note="x" * LARGEST_EMBEDDED)),
        ],
    )

    wrong = [None, Duplicate, EventTooLarge, Conflict, None, Conflict, None]
    assert [None if each is None else type(each) for each in outcomes] == wrong
    assert await customers(store) == ["a", "b", "c", "known", "taken"]
    assert len(committed) == 4


async def test_given_a_bulk_that_was_cut_then_the_same_bulk_resumes(store: Store) -> None:
    assert await commit_rows(store, keyed(store, range(6))) == [None] * 6

    outcomes = await commit_rows(store, keyed(store, range(10)))

    assert [type(each) for each in outcomes[:6]] == [AlreadyAnswered] * 6
    assert outcomes[6:] == [None] * 4
    assert await customers(store) == [f"row {number}" for number in range(10)]
    answers = await store.requests.answers([KEY.row(number) for number in range(10)], "orders")
    assert [answers[KEY.row(number).key].body for number in range(10)] == [
        f"row {number}".encode() for number in range(10)
    ]


@pytest.mark.parametrize(("failure", "then"), [(NETWORK, NoneType), (UNKNOWN_AFTER_EFFECT, AlreadyAnswered)])
async def test_given_an_unknown_outcome_then_a_repeat_finds_out_and_each_row_is_written_once(
    faulty_store: Store, hasty_store: Store, faults: Faults, failure: dict[str, object], then: type
) -> None:
    plain = [1, 2, 4, 5]

    async with faults.failing("insert", how=failure):
        with pytest.raises(Unavailable):
            await commit_rows(hasty_store, keyed(hasty_store, plain))
    outcomes = await commit_rows(faulty_store, keyed(faulty_store, plain))

    assert [type(each) for each in outcomes] == [then] * 4
    assert await customers(faulty_store) == [f"row {number}" for number in plain]


async def test_the_events_of_a_held_row_wait_until_then(store: Store, committed: list[Pending]) -> None:
    held, usual = creating(store, order("held")), creating(store, order("usual"))
    held.held_until = held.now + timedelta(hours=1)

    await commit_rows(store, [held, usual])

    [[(_, record_id)], [(_, held_id)]] = usual.changes, held.changes
    assert [event.record_id for event in committed] == [record_id]
    assert [each.record_id for each in await store.outbox.pending(timedelta(0), limit=9)] == [record_id]
    assert {each.record_id for each in await store.outbox.pending(-timedelta(hours=2), limit=9)} == {held_id, record_id}


async def test_the_events_of_a_held_change_wait_until_then(store: Store, committed: list[Pending]) -> None:
    await commit_rows(store, [creating(store, order("changed"))])
    [event] = committed
    await store.outbox.clear(committed)
    committed.clear()

    async def change(work: UnitOfWork) -> None:
        work.held_until = work.now + timedelta(hours=1)
        work.save((await work.get(Order, event.record_id)).evolve(customer="other"))

    await store.run(change, Context())

    assert committed == []
    assert await store.outbox.pending(timedelta(0), limit=9) == []
    assert [each.type for each in await store.outbox.pending(-timedelta(hours=2), limit=9)] == ["sales.order.updated"]
