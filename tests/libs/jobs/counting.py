"""A job that leaves a mark for each number. Run as a program, this is a copy of the service that can be killed."""

from __future__ import annotations

import asyncio
import sys
from typing import Final

from pydantic import BaseModel

from libs.jobs import jobs
from libs.jobs.jobs import Job, JobKind, JobState, job
from libs.jobs.progress import Progress
from libs.jobs.scheduler import INDEXES, Jobs
from libs.jobs.settings import JobSettings
from libs.jobs.timers import Timer, timer
from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.jobs.effects import Effect, leave
from tests.support.waiting import PATIENCE, eventually


class Count(BaseModel):
    up_to: int


class Counted(BaseModel):
    last: int


STALLS_AT: Final = 20


async def _count(progress: Progress, request: Count, *, stalls_at: int | None = None) -> Counted:
    """Each mark and the place to resume are one commit."""
    await progress.advance(total=request.up_to)
    for number in range(progress.cursor or 0, request.up_to):

        async def mark(work: UnitOfWork, number: int = number) -> None:
            leave(work, f"{number:03}")
            if number == stalls_at:
                await asyncio.Event().wait()

        await progress.commit(mark, cursor=number + 1)
    return Counted(last=request.up_to)


@job("count", Count, via="import")
async def count(progress: Progress, request: Count) -> Counted:
    return await _count(progress, request)


@job("count", Count, via="import")
async def count_and_stall(progress: Progress, request: Count) -> Counted:
    """Never gets beyond the middle of a step."""
    return await _count(progress, request, stalls_at=STALLS_AT)


async def given_job(store: Store, kind: JobKind[Count] = count, *, up_to: int = 5, owner: str = "ada") -> Job:
    async def command(work: UnitOfWork) -> Job:
        return jobs.begin(work, kind, Count(up_to=up_to))

    return await store.run(command, Context(actor_id=owner, correlation_id="the import"))


async def reaches(store: Store, job_id: str, state: JobState) -> Job:
    async def there() -> Job | None:
        found = await jobs.find(store, job_id)
        return found if found.state is state else None

    reached = await eventually(there)
    assert reached is not None
    return reached


def marks(count: int) -> list[str]:
    return [f"{number:03}" for number in range(count)]


@timer("reminder")
async def hang(_: UnitOfWork, timer: Timer) -> None:
    await asyncio.Event().wait()


async def run(mongo_url: str, database: str) -> None:
    store = await Store.open(mongo_url, database, service="sales", records=[Effect], indexes=INDEXES, seconds=PATIENCE)
    settings = JobSettings(poll_every=0.02, look_every=0.1, timer_lease=1.0, job_lease=1.0, beat_every=0.1)
    async with Jobs(store, kinds=[count_and_stall], timers=[hang], settings=settings).running():
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
