"""A message that kills the process which handles it, again and again."""

from __future__ import annotations

import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

import pytest

from libs.bus.definitions import consumer
from libs.bus.parking import Parking, Reason
from libs.bus.rabbit.broker import RabbitBroker
from libs.bus.settings import BusSettings
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.bus.conditions import eventually
from tests.libs.bus.conftest import Announce, Start
from tests.libs.bus.customers import Customer
from tests.libs.bus.deadly import DEADLY, SETTINGS
from tests.libs.bus.events import LeadQualified, qualified
from tests.libs.bus.parked import all_parked
from tests.libs.bus.test_attempts import is_unmarked
from tests.support.processes import run_program

Copies = Callable[[], AbstractAsyncContextManager[Process]]


@consumer("conversion", LeadQualified)
async def convert(work: UnitOfWork, event: LeadQualified) -> None:
    """The handler once it is mended."""
    work.add(Customer(id=work.new_id(), name=event.record.topic))


@pytest.fixture
def copies(mongo_url: str, database_name: str, amqp_url: str, service: str) -> Copies:
    argv = (sys.executable, "-m", "tests.libs.bus.deadly", mongo_url, database_name, amqp_url, service)
    return partial(run_program, *argv, stdout=PIPE)


async def deaths_until_parked(copies: Copies, parking: Parking, store: Store) -> int:
    """Starts a copy as often as one dies. The last is done with its neighbours too, so it has acknowledged it."""
    deaths = 0
    while True:
        async with copies() as copy:

            async def it_is_settled(copy: Process = copy) -> bool:
                done = await customers_are(store, "After", "Before") and await is_unmarked(store)
                return copy.returncode is not None or (done and bool(await all_parked(parking)))

            await eventually(it_is_settled)
            if copy.returncode is None:
                return deaths
        deaths += 1


async def customers_are(store: Store, *names: str) -> bool:
    return sorted(each["name"] for each in await store.collection("customers").find({}).to_list(None)) == list(names)


@pytest.mark.slow
async def test_it_is_parked_its_neighbours_are_handled_and_once_mended_a_replay_has_one_effect(
    start: Start, announce: Announce, store: Store, *, rabbit: RabbitBroker, copies: Copies
) -> None:
    deadly = qualified(DEADLY)
    async with copies() as first:
        assert first.stdout is not None
        await first.stdout.readuntil(b"ready\n")
        await announce(qualified("Before"), deadly, qualified("After"))
        await first.wait()

    parking = Parking(store, rabbit)
    assert await deaths_until_parked(copies, parking, store) == BusSettings().most_marks
    (parked,) = await all_parked(parking)
    assert (parked.event_id, parked.reason) == (deadly.id, Reason.KILLED_THE_PROCESS)

    await start(convert, **SETTINGS)
    await eventually(lambda: customers_are(store, "After", "Before"))
    await parking.replay(parked.id)
    await eventually(lambda: customers_are(store, "After", "Before", DEADLY))
    await announce(deadly, qualified("Later"))
    await eventually(lambda: customers_are(store, "After", "Before", DEADLY, "Later"))
    assert not await all_parked(parking)
