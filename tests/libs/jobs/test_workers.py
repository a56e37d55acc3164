"""A copy hears of its own work at once, and of what others left undone soon."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

from libs.jobs import jobs
from libs.jobs.firing import Firing
from libs.jobs.jobs import Job, JobState
from libs.jobs.running import Running
from libs.jobs.settings import JobSettings
from libs.jobs.timers import Timer, schedule, timer
from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.jobs.counting import Count, count
from tests.libs.jobs.effects import causes, leave
from tests.support.waiting import eventually


@timer("reminder")
async def remind(work: UnitOfWork, timer: Timer) -> None:
    leave(work, timer.key)


async def test_given_jobs_of_its_own_then_a_copy_waits_for_no_look(store: Store, settings: JobSettings) -> None:
    async def command(work: UnitOfWork) -> Job:
        return jobs.begin(work, count, Count(up_to=5))

    running = Running(store, [count], replace(settings, poll_every=90.0, look_every=90.0))
    running.start()
    for _ in range(3):
        begun = await store.run(command, Context())

        async def ended(begun: Job = begun) -> bool:
            return (await jobs.find(store, begun.id)).state is JobState.SUCCEEDED

        await eventually(ended)
    await running.stop()


async def test_given_a_timer_that_another_copy_set_and_does_not_take_then_it_is_noticed(
    store: Store, second_store: Store, settings: JobSettings
) -> None:
    """Where it is set in the middle of a look, that one takes it for what another copy takes, and polls for it."""
    patient = replace(settings, poll_every=20.0)
    firing = Firing(store, [remind], patient)
    firing.start()

    async def seconds_until_fired(key: str) -> float:
        async def command(work: UnitOfWork) -> None:
            schedule(work, remind.at(work.now - timedelta(minutes=5), key))

        async def fired() -> bool:
            return key in await causes(store)

        started = time.monotonic()
        await second_store.run(command, Context())
        await eventually(fired)
        return time.monotonic() - started

    first = await seconds_until_fired("call Ada")
    assert first < patient.poll_every or await seconds_until_fired("call Eve") < patient.poll_every
    await firing.stop()
