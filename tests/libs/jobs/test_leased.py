"""What one has taken nobody else has."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from libs.jobs.leased import UNTRIED, Leased
from libs.store.store import Store
from tests.support.clock import wrong_clock

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ROUNDS = 10


async def given_documents(store: Store, count: int) -> Leased:
    documents = [{"_id": number, "free_at": LONG_AGO + timedelta(days=number)} for number in range(count)]
    await store.collection("timers").insert_many(documents)
    return Leased(store, "timers")


async def test_given_many_who_take_at_once_then_each_document_is_held_by_one(store: Store) -> None:
    leased = await given_documents(store, 40)

    for _ in range(ROUNDS):
        taken = await asyncio.gather(*(leased.take({}, seconds=60, most=20) for _ in range(8)))

        holds = [hold for each in taken for hold in each]
        assert len({hold.id for hold in holds}) == len(holds) > 0
        assert all(await asyncio.gather(*map(leased.is_held, holds)))
        await asyncio.gather(*map(leased.hand_on, holds))


async def test_those_free_for_the_longest_time_are_taken_first(store: Store) -> None:
    leased = await given_documents(store, 10)

    first = await leased.take({}, seconds=60, most=3)

    assert sorted(hold.id for hold in first) == ["0", "1", "2"]


async def test_given_a_hold_that_another_has_taken_over_then_its_writes_do_nothing(store: Store) -> None:
    leased = await given_documents(store, 1)
    (lost,) = await leased.take({}, seconds=0, most=1)
    (held,) = await leased.take({}, seconds=60, most=1)

    assert await leased.keep(lost, seconds=600) is None
    assert not await leased.change(lost, {"state": "lost"})
    assert not await leased.settle(lost, {"state": "lost"})
    await leased.give_back(lost)

    assert await leased.is_held(held)
    assert held.attempts == 2
    assert await leased.take({}, seconds=60, most=1) == []


async def test_given_what_it_needs_is_away_then_no_attempt_is_used_up_and_each_pause_is_longer_than_the_last(
    store: Store,
) -> None:
    leased = await given_documents(store, 1)
    asked: list[int] = []

    for _ in range(3):
        (hold,) = await leased.take({}, seconds=60, most=1)
        asked.append(hold.tries)
        await leased.put_off(hold, after=0.0)

    (hold,) = await leased.take({}, seconds=60, most=1)
    assert asked == [1, 2, 3]
    assert (hold.attempts, hold.tries) == (1, 4)


async def test_given_progress_before_something_goes_away_then_the_attempts_before_it_stay_forgotten(
    store: Store,
) -> None:
    leased = await given_documents(store, 1)
    for _ in range(2):
        (hold,) = await leased.take({}, seconds=0, most=1)

    await leased.change(hold, UNTRIED)
    await leased.put_off(hold, after=0.0)

    (again,) = await leased.take({}, seconds=60, most=1)
    assert (again.attempts, again.tries) == (1, 2)


async def test_given_a_settled_document_then_nobody_takes_it_again(store: Store) -> None:
    leased = await given_documents(store, 1)
    (hold,) = await leased.take({}, seconds=0, most=1)

    assert await leased.settle(hold, {"state": "ended"})

    assert await leased.take({}, seconds=60, most=1) == []
    assert await leased.keep(hold, seconds=60) is None


@pytest.mark.parametrize("wrong_by", [timedelta(days=-365), timedelta(days=365)])
async def test_given_a_copy_whose_clock_is_wrong_then_the_servers_clock_decides(
    store: Store, wrong_by: timedelta
) -> None:
    leased = await given_documents(store, 2)
    await leased.take({}, seconds=60, most=1)

    with wrong_clock(by=wrong_by):
        taken = await leased.take({}, seconds=60, most=2)

    assert [hold.id for hold in taken] == ["1"]
