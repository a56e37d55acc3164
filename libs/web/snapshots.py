"""Snapshots: a service tells all records of a collection once more, so that a new reader of its events has them."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from aiohttp import web
from pydantic import BaseModel

from libs.bus.bus import Bus
from libs.domain.record import Record
from libs.jobs.jobs import Job, JobKind, begin, job
from libs.jobs.progress import Progress
from libs.store.errors import answering
from libs.store.requests import Answer
from libs.store.restating import restated
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import accepted
from libs.web.api import Route, Rule
from libs.web.executing import execute

PAGE: Final = 200
"""Events that are under way to the broker at once."""


class TakeSnapshot(BaseModel):
    collection: str


SNAPSHOTS: Final = web.AppKey("snapshots", JobKind[TakeSnapshot])


def snapshots(bus: Bus) -> JobKind[TakeSnapshot]:
    """The job, which goes on after the last page that the broker has confirmed."""

    @job("snapshot", TakeSnapshot)
    async def take(progress: Progress, request: TakeSnapshot) -> None:
        record_type = next(each for each in progress.store.records if each.collection == request.collection)
        async with answering():
            total = await progress.store.collection(request.collection).estimated_document_count()
        await progress.advance(total=total)
        while events := await restated(
            progress.store, record_type, progress.context, after=progress.cursor, limit=PAGE
        ):
            await bus.announce(events)
            await progress.advance(len(events), cursor=events[-1].record_id)

    return take


async def take_snapshot(collection: str, request: web.Request) -> web.Response:
    async def command(work: UnitOfWork) -> Answer:
        begun = begin(work, request.app[SNAPSHOTS], TakeSnapshot(collection=collection))
        return accepted(begun)

    return await execute(request, command)


def snapshot_routes(records: Sequence[type[Record]]) -> list[Route]:
    """Routes for administrators: nobody else may begin a job as such."""
    return [
        Route(
            "POST",
            f"/api/v1/{record.collection}/snapshot",
            partial(take_snapshot, record.collection),
            Rule("jobs", Operation.CREATE),
            f"Announce all {record.collection} once more, for new readers of events",
            answer=Job,
            status=202,
        )
        for record in records
    ]
