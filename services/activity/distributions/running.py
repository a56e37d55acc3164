"""The job that makes the activities, each under an id that follows from its place: done again it changes nothing."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from libs.contracts.values import Reference
from libs.domain.refusals import Refusal, Unavailable
from libs.jobs.jobs import JobKind
from libs.jobs.progress import Progress
from libs.store.aliases import led_on
from libs.store.copies import known
from libs.store.errors import Conflict
from libs.store.ids import id_at
from libs.store.rows import commit_rows
from libs.store.work import UnitOfWork
from libs.web.duplicates.noticing import notice
from libs.web.imports.store import existing
from services.activity.activities.commands import add_activity
from services.activity.activities.model.activity import Activity
from services.activity.distributions import store as kept
from services.activity.distributions.model import MOST_FAILURES, Distributed, Distribution, Failure, placed

Rows = dict[str, str]
"""Ids of records by the ids of their activities."""


class _Writing:
    """The activities of one job."""

    def __init__(self, progress: Progress, task: Distribution, activity: Activity) -> None:
        self._store, self._context = progress.store, progress.context
        self._job_id = progress.job_id
        self._task = task
        self._activity = activity

    async def write(self, number: int) -> tuple[int, list[Failure]]:
        """Makes the activities of one portion that are not there yet; returns how many there are, and why not all.

        Raises `Unavailable`, after which the same portion can be written again.
        """
        ids, first = await kept.find_portion(self._store, self._job_id, number), number * kept.PORTION
        rows = {self._id_of(first + place): record_id for place, record_id in enumerate(ids)}
        there = await existing(self._store, self._activity.collection, list(rows))
        made, failures = await self._made({id_: record for id_, record in rows.items() if id_ not in there})
        outcomes = await commit_rows(self._store, [work for _, work in made])
        for (activity, _), outcome in zip(made, outcomes, strict=True):
            match outcome:
                case None:
                    pass
                case Conflict():
                    await self._store.run(partial(self._again, activity), self._context)
                case Unavailable():
                    raise outcome
                case Refusal():
                    failures.append(_failed(rows[activity.id], outcome))
                case _:
                    raise outcome
        return len(rows) - len(failures), failures

    def _id_of(self, place: int) -> str:
        return id_at(self._task.begun_at, self._job_id, place)

    async def _made(self, rows: Rows) -> tuple[list[tuple[Activity, UnitOfWork]], list[Failure]]:
        """A unit of work for each activity; a record that is gone by now gets none."""
        subjects = {record_id: f"{self._task.collection}/{record_id}" for record_id in rows.values()}
        led = await led_on(self._store, subjects.values())
        found = await known(self._store, {led.get(each, each) for each in subjects.values()})
        made: list[tuple[Activity, UnitOfWork]] = []
        failures: list[Failure] = []
        for id_, record_id in rows.items():
            subject = led.get(subjects[record_id], subjects[record_id])
            row = found.get(subject)
            if row is None or row["deleted"]:
                failures.append(Failure(id=record_id, code="unknown_reference", detail="the record is gone"))
                continue
            collection, _, there = subject.partition("/")
            record = Reference(collection=collection, id=there, name=row["name"] or None)
            work = UnitOfWork(self._store, self._context)
            made.append((add_activity(work, placed(self._activity, record, self._task.role, id=id_)), work))
        return made, failures

    async def _again(self, activity: Activity, work: UnitOfWork) -> None:
        """Runs the command for one that met a rival, which may be another copy of the service at the same job."""
        if not await existing(self._store, activity.collection, [activity.id]):
            await notice(work, add_activity(work, activity), allowed=True)


def _failed(record_id: str, refusal: Refusal) -> Failure:
    return Failure(id=record_id, code=refusal.code, detail=refusal.detail[:200])


async def _distribute(progress: Progress, task: Distribution) -> Distributed:
    begun: dict[str, Any] = progress.cursor or {"portion": 0, "failures": []}
    writing = _Writing(progress, task, await kept.find_activity(progress.store, progress.job_id))
    failures: Sequence[Failure] = [Failure.model_validate(each) for each in begun["failures"]]
    for number in range(begun["portion"], task.portions):
        created, failed = await writing.write(number)
        failures = [*failures, *failed][:MOST_FAILURES]
        cursor = {"portion": number + 1, "failures": [each.model_dump() for each in failures]}
        await progress.advance(created, failed=len(failed), cursor=cursor)
    await kept.forget(progress.store, progress.job_id, task.portions)
    return Distributed(created=progress.done, failed=progress.failed, failures=tuple(failures))


DISTRIBUTING: Final = JobKind("distribute_activities", Distribution, _distribute)
