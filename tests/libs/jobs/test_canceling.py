"""Jobs stop when somebody asks for it, and keep what they have done."""

from __future__ import annotations

import pytest

from libs.domain.refusals import MoveRefused
from libs.jobs import jobs
from libs.jobs.jobs import JOBS, Job, JobState
from libs.jobs.running import Running
from libs.jobs.settings import JobSettings
from libs.store.context import Context
from libs.store.store import Store
from tests.libs.jobs.counting import count, given_job, marks, reaches
from tests.libs.jobs.effects import causes
from tests.support.waiting import eventually


async def cancel(store: Store, job_id: str) -> Job:
    return await store.run(lambda work: jobs.cancel(work, job_id), Context())


async def test_given_a_queued_job_then_canceling_ends_it_at_once(store: Store, settings: JobSettings) -> None:
    begun = await given_job(store)

    canceled = await cancel(store, begun.id)
    running = Running(store, [count], settings)
    running.start()
    other = await given_job(store, up_to=0)
    await reaches(store, other.id, JobState.SUCCEEDED)
    await running.stop()

    assert canceled.state is JobState.CANCELED
    assert await jobs.find(store, begun.id) == canceled
    assert await causes(store) == []


async def test_given_a_running_job_then_canceling_stops_it_with_what_it_has_done(
    store: Store, second_store: Store, settings: JobSettings
) -> None:
    begun = await given_job(store, up_to=100_000)
    running = Running(store, [count], settings)
    running.start()

    async def under_way() -> bool:
        return (await jobs.find(store, begun.id)).done > 0

    await eventually(under_way)
    asked = await cancel(second_store, begun.id)
    ended = await reaches(store, begun.id, JobState.CANCELED)
    await running.stop()

    assert (asked.state, asked.cancel_requested) == (JobState.RUNNING, True)
    assert ended.finished_at is not None
    assert await causes(store) == marks(ended.done)


async def test_given_a_job_canceled_while_its_copy_is_dead_then_the_next_copy_ends_it(
    store: Store, settings: JobSettings
) -> None:
    begun = await given_job(store)
    await store.collection(JOBS).update_one({"_id": begun.id}, {"$set": {"state": "running", "attempts": 1}})
    await cancel(store, begun.id)

    running = Running(store, [count], settings)
    running.start()
    await reaches(store, begun.id, JobState.CANCELED)
    await running.stop()

    assert await causes(store) == []


async def test_given_an_ended_job_then_canceling_is_refused(store: Store, settings: JobSettings) -> None:
    begun = await given_job(store, up_to=0)
    running = Running(store, [count], settings)
    running.start()
    await reaches(store, begun.id, JobState.SUCCEEDED)
    await running.stop()

    with pytest.raises(MoveRefused) as refused:
        await cancel(store, begun.id)

    assert refused.value.extra["state"] == "succeeded"
