"""One copy at a time has a duty."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from libs.domain.refusals import Unavailable
from libs.store.leases import Grant
from libs.store.store import Store
from tests.libs.store.faults import NETWORK, Faults
from tests.support.clock import wrong_clock
from tests.support.waiting import eventually

MINUTE = timedelta(minutes=1)
MOMENT = timedelta(milliseconds=60)


async def test_given_a_free_lease_then_the_first_of_many_has_it(store: Store) -> None:
    grants = await asyncio.gather(*(store.leases.acquire("sweeper", f"copy {number}", MINUTE) for number in range(10)))

    assert len([grant for grant in grants if grant is not None]) == 1


async def test_given_a_holder_then_nobody_else_has_it_until_it_is_released(store: Store) -> None:
    first = await store.leases.acquire("sweeper", "a", MINUTE)
    assert first is not None
    assert await store.leases.acquire("sweeper", "b", MINUTE) is None

    await store.leases.release(first)

    second = await store.leases.acquire("sweeper", "b", MINUTE)
    assert second == Grant("sweeper", "b", first.token + 1)


async def test_given_a_holder_who_renews_then_the_token_stays(store: Store) -> None:
    first = await store.leases.acquire("sweeper", "a", MINUTE)
    assert first is not None

    assert await store.leases.acquire("sweeper", "a", MINUTE) == first


async def test_given_a_holder_who_falls_silent_then_the_next_has_a_greater_token(store: Store) -> None:
    first = await store.leases.acquire("sweeper", "frozen", MOMENT)
    assert first is not None

    second = await eventually(lambda: store.leases.acquire("sweeper", "b", MINUTE))
    assert second is not None

    assert second.token > first.token
    await store.leases.release(first)  # the old holder wakes up and must not take anything away
    assert await store.leases.acquire("sweeper", "frozen", MINUTE) is None


async def test_given_a_holder_that_comes_back_after_another_then_its_token_grows(store: Store) -> None:
    tokens = []
    for holder in ("a", "b", "a"):
        grant = await store.leases.acquire("sweeper", holder, MINUTE)
        assert grant is not None
        tokens.append(grant.token)
        await store.leases.release(grant)

    assert tokens == sorted(set(tokens))


@pytest.mark.parametrize("wrong_by", [timedelta(days=-365), timedelta(days=365)])
async def test_given_a_copy_whose_clock_is_wrong_then_the_servers_clock_decides(
    store: Store, wrong_by: timedelta
) -> None:
    assert await store.leases.acquire("sweeper", "a", MINUTE)
    assert await store.leases.acquire("scheduler", "a", MOMENT)

    with wrong_clock(by=wrong_by):
        assert await store.leases.acquire("sweeper", "b", MINUTE) is None
        await eventually(lambda: store.leases.acquire("scheduler", "b", MINUTE))

    ends = {lease["_id"]: lease["expires_at"] for lease in await store.leases.held()}
    assert abs(ends["scheduler"] - ends["sweeper"]) < MINUTE


async def test_given_no_answer_then_the_holder_hears_that_the_database_is_away(
    hasty_store: Store, faults: Faults
) -> None:
    async with faults.failing("findAndModify", how=NETWORK):
        with pytest.raises(Unavailable):
            await hasty_store.leases.acquire("sweeper", "a", MINUTE)
