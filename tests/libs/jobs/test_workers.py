"""A copy hears of its own work at once, and of what others left undone soon."""

from __future__ import annotations

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
    async def command(work: UnitOfWork) -> None:
        schedule(work, remind.at(work.now - timedelta(minutes=5), "call Ada"))

    firing = Firing(store, [remind], replace(settings, poll_every=90.0))
    firing.start()
    await second_store.run(command, Context())

    async def fired() -> bool:
        return await causes(store) == ["call Ada"]

    await eventually(fired)
    await firing.stop()
