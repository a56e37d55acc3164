"""Positions without gaps, whoever appends what, however often."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from bson.errors import InvalidDocument

from libs.domain.record import Index
from libs.store.context import Context
from libs.store.sequence import append_dense, draw, last_position, take_next
from libs.store.store import Store
from libs.store.work import UnitOfWork

LOG = "log"


async def opened(mongo_url: str, name: str) -> Store:
    return await Store.open(
        mongo_url, name, service="journal", indexes={LOG: (Index(("key",), unique=True),)}, seconds=20.0
    )


@pytest.fixture
async def copies(mongo_url: str, database_name: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two copies of a service on one database."""
    one, two = await opened(mongo_url, database_name), await opened(mongo_url, database_name)
    yield one, two
    await asyncio.gather(one.close(), two.close())


def entries(*numbers: int) -> list[dict[str, Any]]:
    return [{"key": f"event-{number}"} for number in numbers]


async def log(store: Store) -> list[dict[str, Any]]:
    return await store.collection(LOG).find().sort("_id", 1).to_list(None)


@pytest.mark.parametrize("seed", range(6))
async def test_two_appenders_of_overlapping_events_leave_neither_gap_nor_repeat(
    copies: tuple[Store, Store], seed: int
) -> None:
    chance = random.Random(seed)
    numbers = range(90)
    deliveries = [number for number in numbers for _ in range(chance.choice((1, 2, 3)))]

    async def append(store: Store) -> None:
        mine = chance.sample(deliveries, k=len(deliveries) * 3 // 4) + chance.choices(numbers, k=20)
        while mine:
            size = chance.randint(1, 12)
            await append_dense(store, LOG, entries(*mine[:size]), unique="key")
            del mine[:size]

    await asyncio.gather(*(append(store) for store in copies for _ in range(2)))
    await append_dense(copies[0], LOG, entries(*numbers), unique="key")

    written = await log(copies[0])
    assert [entry["_id"] for entry in written] == list(range(1, len(numbers) + 1))
    assert {entry["key"] for entry in written} == {entry["key"] for entry in entries(*numbers)}


async def test_a_reader_sees_no_position_before_those_below_it(copies: tuple[Store, Store]) -> None:
    writing = asyncio.gather(
        *(append_dense(copies[n % 2], LOG, entries(*range(5 * n, 5 * n + 5)), unique="key") for n in range(16))
    )
    seen = 0
    while seen < 80:
        positions = [entry["_id"] for entry in await log(copies[0])]
        assert positions == list(range(1, len(positions) + 1))
        assert await last_position(copies[1], LOG) >= len(positions)
        seen = len(positions)
    await writing


async def test_an_append_that_fails_half_way_leaves_no_gap(copies: tuple[Store, Store]) -> None:
    store = copies[0]
    await append_dense(store, LOG, entries(1), unique="key")

    with pytest.raises(InvalidDocument):
        await append_dense(store, LOG, [{"key": "event-2", "body": object()}], unique="key")
    await append_dense(store, LOG, entries(3), unique="key")

    assert [(entry["_id"], entry["key"]) for entry in await log(store)] == [(1, "event-1"), (2, "event-3")]


async def test_an_append_tells_the_last_position_also_if_nothing_was_new(copies: tuple[Store, Store]) -> None:
    store = copies[0]
    assert await last_position(store, LOG) == 0

    assert await append_dense(store, LOG, entries(1, 2, 2), unique="key") == 2
    assert await append_dense(store, LOG, entries(2, 1), unique="key") == 2
    assert await last_position(store, LOG) == 2


async def test_numbers_are_drawn_once_each_by_whoever_asks(copies: tuple[Store, Store]) -> None:
    drawn = await asyncio.gather(*(draw(copies[n % 2], "cases 2026") for n in range(40)))

    assert sorted(drawn) == list(range(1, 41))
    assert await draw(copies[0], "cases 2027") == 1


async def test_numbers_taken_by_the_commit_have_no_gap_whoever_takes_them(copies: tuple[Store, Store]) -> None:
    async def take(work: UnitOfWork) -> int:
        number = await take_next(work, "invoices")
        work.put(LOG, {"_id": number, "key": f"invoice-{number}"})
        return number

    taken = await asyncio.gather(*(copies[n % 2].run(take, Context()) for n in range(40)))

    assert sorted(taken) == list(range(1, 41))
    assert [entry["_id"] for entry in await log(copies[0])] == list(range(1, 41))
