"""Copies of a service that share their timers, jobs and duties; and what a kill leaves behind."""

from __future__ import annotations

import os
import signal
import sys
from asyncio.subprocess import Process
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from libs.jobs import jobs
from libs.jobs.duties import LEASE, Duty
from libs.jobs.jobs import JobState
from libs.jobs.scheduler import Jobs
from libs.jobs.settings import JobSettings
from libs.jobs.timers import TIMERS, Timer, schedule, timer
from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.jobs.counting import STALLS_AT, count, given_job, marks, reaches
from tests.libs.jobs.effects import causes, leave
from tests.libs.jobs.test_schedules import nightly
from tests.support.processes import run_program
from tests.support.waiting import eventually


def another_process(mongo_url: str, database: str) -> AbstractAsyncContextManager[Process]:
    """A copy of the service that can be killed without any farewell."""
    return run_program(sys.executable, "-m", "tests.libs.jobs.counting", mongo_url, database)


async def duty_counting(store: Store) -> None:
    await store.collection("duties").insert_one({"at": datetime.now(UTC)})


async def test_given_a_copy_killed_in_the_middle_of_a_job_then_another_resumes_exactly_there(
    mongo_url: str, database_name: str, store: Store, settings: JobSettings
) -> None:
    begun = await given_job(store, up_to=150)

    async def in_the_middle() -> bool:
        return (await jobs.find(store, begun.id)).done == STALLS_AT

    async with another_process(mongo_url, database_name) as copy:
        await eventually(in_the_middle)
        copy.send_signal(signal.SIGKILL)
        await copy.wait()
    async with Jobs(store, kinds=[count], settings=settings).running():
        ended = await reaches(store, begun.id, JobState.SUCCEEDED)

    assert ended.done == 150
    assert await causes(store) == marks(150)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_given_a_copy_killed_or_frozen_with_timers_in_hand_then_another_fires_each_once(
    mongo_url: str, database_name: str, store: Store, settings: JobSettings, how: signal.Signals
) -> None:
    @timer("reminder")
    async def remind(work: UnitOfWork, timer: Timer) -> None:
        leave(work, timer.key)

    async def command(work: UnitOfWork) -> None:
        for number in range(10):
            schedule(work, remind.at(work.now, f"{number:03}"))

    async def all_in_hand() -> bool:
        return await store.collection(TIMERS).count_documents({"token": {"$exists": True}}) == 10

    await store.run(command, Context())
    async with another_process(mongo_url, database_name) as copy:
        await eventually(all_in_hand)
        copy.send_signal(how)
        patient = replace(settings, timer_attempts=100)
        async with Jobs(store, timers=[remind], settings=patient).running():
            await eventually(lambda: _none(store, TIMERS))
            if how is signal.SIGSTOP:
                os.kill(copy.pid, signal.SIGCONT)

    assert await causes(store) == marks(10)


async def test_given_two_copies_then_one_has_the_duties_and_the_other_takes_over_at_once_when_it_stops(
    store: Store, second_store: Store, settings: JobSettings
) -> None:
    patient = replace(settings, duty_lease=6.0)
    duty = Duty("counting", 3600.0, duty_counting)
    first, second = (Jobs(each, duties=[duty], settings=patient) for each in (store, second_store))

    async def elected() -> bool:
        return first.elected

    async def handed_over() -> bool:
        return second.elected

    await first.start()
    await eventually(elected)
    await eventually(lambda: _count(store, "duties", 1))
    async with second.running():
        (lease,) = await store.leases.held()
        assert (lease["_id"], second.elected) == (LEASE, False)
        await first.stop()
        await eventually(handed_over)
        (lease_after,) = await store.leases.held()
        await eventually(lambda: _count(store, "duties", 2))

    assert lease_after["token"] > lease["token"]
    assert not first.elected


async def test_given_an_elected_copy_that_falls_silent_then_another_is_elected_with_a_greater_token(
    store: Store, settings: JobSettings
) -> None:
    silent = await store.leases.acquire(LEASE, "frozen copy", timedelta(seconds=0.3))
    assert silent is not None
    copy = Jobs(store, settings=settings)

    async def elected() -> bool:
        return copy.elected

    async with copy.running():
        await eventually(elected)
        (lease,) = await store.leases.held()
    assert lease["token"] > silent.token


async def test_given_a_duty_that_fails_then_the_others_are_done(store: Store, settings: JobSettings) -> None:
    async def fail(_: Store) -> None:
        raise ValueError

    duties = [Duty("broken", 0.0, fail), Duty("counting", 3600.0, duty_counting)]
    async with Jobs(store, duties=duties, settings=settings).running():
        await eventually(lambda: _count(store, "duties", 1))


async def test_a_schedule_is_set_by_the_elected_copy(store: Store, settings: JobSettings) -> None:
    async with Jobs(store, schedules=[nightly], settings=settings).running():
        await eventually(lambda: store.collection(TIMERS).find_one({"kind": "schedule:nightly"}))


async def test_given_records_removed_long_ago_then_they_are_purged_once_their_events_are_out(
    store: Store, settings: JobSettings
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=31)
    await store.collection("effects").insert_many(
        [
            {"_id": "gone", "_deleted": long_ago, "cause": "a"},
            {"_id": "still to be told", "_deleted": long_ago, "_pending": long_ago, "cause": "b"},
            {"_id": "of late", "_deleted": datetime.now(UTC), "cause": "c"},
            {"_id": "alive", "cause": "d"},
        ]
    )

    async with Jobs(store, settings=settings).running():
        await eventually(lambda: _count(store, "effects", 3))

    assert await causes(store) == ["b", "c", "d"]


async def _none(store: Store, collection: str) -> bool:
    return await _count(store, collection, 0)


async def _count(store: Store, collection: str, expected: int) -> bool:
    return await store.collection(collection).count_documents({}) == expected
