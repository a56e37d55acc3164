"""Long jobs say how far they are, and go on where they were."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from pydantic import BaseModel

from libs.contracts.envelope import Envelope
from libs.domain.refusals import NotFound, Unavailable
from libs.jobs import jobs
from libs.jobs.jobs import JOBS, Job, JobState, job
from libs.jobs.progress import HoldLost, Progress
from libs.jobs.running import Running
from libs.jobs.settings import JobSettings
from libs.store.context import Context
from libs.store.outbox import Pending
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.jobs.counting import (
    STALLS_AT,
    Count,
    Counted,
    count,
    count_and_stall,
    given_job,
    marks,
    reaches,
)
from tests.libs.jobs.effects import causes, leave
from tests.support.waiting import PATIENCE, eventually


async def test_given_a_job_then_it_runs_and_tells_its_result(store: Store, settings: JobSettings) -> None:
    begun = await given_job(store)
    assert begun.id.startswith("sales-")
    assert (begun.state, begun.owner_id, begun.done) == (JobState.QUEUED, "ada", 0)

    running = Running(store, [count], settings)
    running.start()
    ended = await reaches(store, begun.id, JobState.SUCCEEDED)
    await running.stop()

    assert (ended.done, ended.failed, ended.total) == (5, 0, 5)
    assert ended.result == {"last": 5}
    assert ended.created_at <= ended.started_at <= ended.finished_at  # type: ignore[operator]
    assert await causes(store) == marks(5)


async def test_given_a_command_that_fails_then_its_job_was_never_begun(store: Store) -> None:
    async def command(work: UnitOfWork) -> None:
        jobs.begin(work, count, Count(up_to=1))
        raise Unavailable("something else")

    with pytest.raises(Unavailable):
        await store.run(command, Context())

    assert await store.collection(JOBS).count_documents({}) == 0


async def test_what_a_job_does_is_told_as_its_owners_doing(store: Store, settings: JobSettings) -> None:
    told: list[Pending] = []
    store.outbox.on_commit = told.extend
    begun = await given_job(store, up_to=1)

    running = Running(store, [count], settings)
    running.start()
    await reaches(store, begun.id, JobState.SUCCEEDED)
    await running.stop()

    event = Envelope.from_json(told[0].body)
    assert (event.actorid, event.via, event.correlationid) == ("ada", "import", "the import")


async def test_given_a_stop_in_the_middle_then_another_copy_goes_on_without_repeating_or_skipping(
    store: Store, second_store: Store, settings: JobSettings
) -> None:
    begun = await given_job(store, up_to=60)
    first = Running(store, [count_and_stall], settings)
    first.start()

    async def in_the_middle() -> bool:
        return (await jobs.find(store, begun.id)).done == STALLS_AT

    await eventually(in_the_middle)
    await first.stop()
    interrupted = await jobs.find(store, begun.id)
    second = Running(second_store, [count], settings)
    second.start()
    ended = await reaches(store, begun.id, JobState.SUCCEEDED)
    await second.stop()

    assert interrupted.state is JobState.RUNNING
    assert interrupted.done == STALLS_AT
    assert (ended.done, ended.started_at) == (60, interrupted.started_at)
    assert await causes(store) == marks(60)


async def test_given_a_copy_frozen_beyond_its_lease_then_another_resumes_and_the_frozen_one_saves_nothing_more(
    store: Store, second_store: Store, settings: JobSettings
) -> None:
    frozen, thawed, refused = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @job("count", Count)
    async def freeze(progress: Progress, _: Count) -> Counted:
        async def mark(work: UnitOfWork) -> None:
            leave(work, f"{len(frozen_marks):03}")
            if frozen_marks:
                frozen.set()
                await thawed.wait()
            frozen_marks.append(1)

        frozen_marks: list[int] = []
        await progress.commit(mark, cursor=1)
        try:
            await progress.commit(mark, cursor=2)
        except HoldLost:
            refused.set()
            raise
        return Counted(last=-1)

    begun = await given_job(store, up_to=4)
    asleep = replace(settings, beat_every=2 * PATIENCE, jobs_at_once=1)
    first = Running(store, [freeze], asleep)
    first.start()
    await frozen.wait()
    over = {"$set": {"free_at": datetime(2020, 1, 1, tzinfo=UTC)}}
    await store.collection(JOBS).update_one({"_id": begun.id}, over)
    second = Running(second_store, [count], settings)
    second.start()
    ended = await reaches(second_store, begun.id, JobState.SUCCEEDED)
    thawed.set()
    await refused.wait()
    await first.stop()
    await second.stop()

    assert ended.done == 4
    assert (await jobs.find(store, begun.id)).result == {"last": 4}
    assert await causes(store) == marks(4)


async def test_given_a_long_job_that_beats_then_it_keeps_its_lease(
    store: Store, second_store: Store, settings: JobSettings
) -> None:
    begun = await given_job(store)
    runs: list[str] = []
    go_on = asyncio.Event()

    @job("count", Count)
    async def slow(progress: Progress, _: Count) -> None:
        runs.append(progress.job_id)
        await go_on.wait()

    copies = [Running(each, [slow], settings) for each in (store, second_store)]
    for copy in copies:
        copy.start()

    async def lease_prolonged_thrice() -> bool:
        document = await store.collection(JOBS).find_one({"_id": begun.id})
        assert document is not None
        if document.get("free_at") not in ends:
            ends.append(document.get("free_at"))
        return len(ends) > 3

    ends: list[object] = []
    await eventually(lease_prolonged_thrice)
    go_on.set()
    await reaches(store, begun.id, JobState.SUCCEEDED)
    for copy in copies:
        await copy.stop()

    assert runs == [begun.id]


async def test_given_steps_that_do_not_go_well_then_they_are_counted_apart(store: Store, settings: JobSettings) -> None:
    @job("count", Count)
    async def half_of_it(progress: Progress, request: Count) -> None:
        for number in range(request.up_to):
            if number % 2:
                await progress.advance(failed=1, cursor=number)
            else:
                await progress.advance(1, cursor=number)
        assert (progress.done, progress.failed, progress.cursor) == (3, 2, 4)

    begun = await given_job(store, half_of_it)
    running = Running(store, [half_of_it], settings)
    running.start()
    ended = await reaches(store, begun.id, JobState.SUCCEEDED)
    await running.stop()

    assert (ended.done, ended.failed) == (3, 2)


@pytest.mark.parametrize(
    ("raised", "code", "detail"),
    [
        (NotFound("no such list"), "not_found", "no such list"),
        (ValueError("ada@example.org"), "internal_error", "the job met an error that is in the log of the service"),
    ],
)
async def test_given_a_job_that_raises_then_it_has_failed_and_says_why_without_private_words(
    store: Store, settings: JobSettings, raised: Exception, code: str, detail: str
) -> None:
    @job("count", Count)
    async def fail(progress: Progress, _: Count) -> None:
        raise raised

    begun = await given_job(store, fail)
    running = Running(store, [fail], settings)
    running.start()
    ended = await reaches(store, begun.id, JobState.FAILED)
    await running.stop()

    assert ended.error is not None
    assert (ended.error.code, ended.error.detail) == (code, detail)


async def test_given_something_unavailable_then_the_job_waits_and_resumes(store: Store, settings: JobSettings) -> None:
    attempts: list[object] = []

    @job("count", Count)
    async def interrupted(progress: Progress, _: Count) -> None:
        attempts.append(progress.cursor)
        await progress.advance(1, cursor=len(attempts))
        if len(attempts) <= settings.job_attempts + 2:
            raise Unavailable("the mail server is away")

    begun = await given_job(store, interrupted)
    running = Running(store, [interrupted], settings)
    running.start()
    await reaches(store, begun.id, JobState.SUCCEEDED)
    await running.stop()

    assert attempts == [None, 1, 2, 3, 4, 5]


async def test_given_something_away_for_longer_then_the_job_asks_for_it_less_and_less_often(
    store: Store, settings: JobSettings
) -> None:
    tried_at: list[float] = []

    @job("count", Count)
    async def without_progress(progress: Progress, _: Count) -> None:
        tried_at.append(time.monotonic())
        if len(tried_at) <= 4:
            raise Unavailable("the mail server is away")

    begun = await given_job(store, without_progress)
    running = Running(store, [without_progress], replace(settings, first_pause=0.04, longest_pause=0.16))
    running.start()
    await reaches(store, begun.id, JobState.SUCCEEDED)
    await running.stop()

    pauses = [later - earlier for earlier, later in pairwise(tried_at)]
    assert all(pause > least for pause, least in zip(pauses, (0.03, 0.07, 0.15, 0.15), strict=True))


async def test_given_a_job_that_kills_its_process_each_time_then_it_is_given_up(
    store: Store, settings: JobSettings
) -> None:
    begun = await given_job(store)
    await store.collection(JOBS).update_one({"_id": begun.id}, {"$set": {"attempts": settings.job_attempts}})

    running = Running(store, [count], settings)
    running.start()
    ended = await reaches(store, begun.id, JobState.FAILED)
    await running.stop()

    assert ended.error is not None
    assert ended.error.code == "gave_up"
    assert await causes(store) == []


async def test_given_many_jobs_then_no_more_run_at_once_than_allowed_and_all_are_done(
    store: Store, settings: JobSettings
) -> None:
    at_once = most = 0
    together = asyncio.Barrier(settings.jobs_at_once)

    @job("count", Count)
    async def watch(progress: Progress, _: Count) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await together.wait()
        await progress.advance(1)
        at_once -= 1

    begun = [await given_job(store, watch) for _ in range(4 * settings.jobs_at_once)]
    running = Running(store, [watch], settings)
    running.start()
    for each in begun:
        await reaches(store, each.id, JobState.SUCCEEDED)
    await running.stop()

    assert most == settings.jobs_at_once


async def test_given_an_input_with_typed_fields_then_the_job_receives_them_as_they_were(
    store: Store, settings: JobSettings
) -> None:
    class Asked(BaseModel, strict=True):
        rows: tuple[int, ...]

    received: list[Asked] = []

    @job("typed", Asked)
    async def receive(progress: Progress, request: Asked) -> None:
        received.append(request)

    async def command(work: UnitOfWork) -> Job:
        return jobs.begin(work, receive, Asked(rows=(1, 2)))

    begun = await store.run(command, Context())
    running = Running(store, [receive], settings)
    running.start()
    await reaches(store, begun.id, JobState.SUCCEEDED)
    await running.stop()

    assert received == [Asked(rows=(1, 2))]


async def test_given_anothers_job_then_it_is_not_found(store: Store) -> None:
    begun = await given_job(store, owner="ada")

    assert await jobs.find(store, begun.id, owner_id="ada") == begun
    with pytest.raises(NotFound):
        await jobs.find(store, begun.id, owner_id="bob")


async def test_ended_jobs_are_kept_for_thirty_days(store: Store) -> None:
    indexes = await store.collection(JOBS).index_information()

    assert indexes["finished_at_1"]["expireAfterSeconds"] == 30 * 24 * 3600
