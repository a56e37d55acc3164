"""The long jobs of imports: check a file, run it, undo what it did. Each resumes where it was interrupted."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from pydantic import BaseModel

from libs.domain.grants import Grants, hidden_fields, members_in
from libs.domain.record import Record
from libs.domain.refusals import NotFound
from libs.jobs import jobs
from libs.jobs.jobs import JobKind, JobState
from libs.jobs.progress import Progress
from libs.store.clock import utc_now
from libs.store.files import Files
from libs.store.store import Store
from libs.tables.reading import Row, rows_in
from libs.tables.targets import targets_of
from libs.web.authentication import Caller
from libs.web.directory import Directory
from libs.web.imports import store as imports
from libs.web.imports.fitting import refuse_unfit
from libs.web.imports.model import Import, ImportCounts, ImportState
from libs.web.imports.store import BadRow
from libs.web.imports.undoing import cursor_at, undo_rows
from libs.web.imports.writing import RowWriter
from libs.web.references import References
from libs.web.resource import Resource
from libs.web.tokens import Via

ROWS_AT_ONCE: Final = 500
MANY_ROWS: Final = 5_000
"""From so many rows on their events wait until all rows are done: sending them would slow the rows down."""
_EACH: Final = timedelta(microseconds=600)
_LONGEST: Final = timedelta(seconds=60)
UNDONE_AT_ONCE: Final = 200
_LOOKS_EVERY: Final = 0.25
_AT_WORK: Final = frozenset({JobState.QUEUED, JobState.RUNNING})


class ImportTask(BaseModel):
    """`roles` and `via` are those of whoever began it; `after_job_id` is of the job before, which must have let go."""

    import_id: str
    roles: tuple[str, ...]
    via: Via
    after_job_id: str | None = None


class ImportJobs:
    """`kinds` are the jobs by the actions that begin them: check, run and undo."""

    def __init__(self, resources: Mapping[str, Resource[Any]], references: References, directory: Directory) -> None:
        self._resources = resources
        self._references = references
        self._directory = directory
        self.kinds: Mapping[str, JobKind[ImportTask]] = {
            action: JobKind(f"import_{action}", ImportTask, run, via="import")
            for action, run in (("check", self._check), ("run", self._run), ("undo", self._undo))
        }

    async def _check(self, progress: Progress, task: ImportTask) -> ImportCounts:
        if progress.cursor is not None:  # keys that came before are known to a whole run alone
            await progress.advance(-progress.done, failed=-progress.failed, cursor=None)
        return await self._rows(progress, task, ends=ImportState.CHECKED)

    async def _run(self, progress: Progress, task: ImportTask) -> ImportCounts:
        return await self._rows(progress, task, ends=ImportState.COMPLETED)

    async def _rows(self, progress: Progress, task: ImportTask, *, ends: ImportState) -> ImportCounts:
        store = progress.store
        await _let_go(store, task.after_job_id)
        found = await imports.find(store, task.import_id)
        writer = self._writer(progress, task, found, rehearsing=ends is ImportState.CHECKED)
        row, counts = _resumed(progress)
        writer.held_until = held_until(found.rows - progress.done - progress.failed, now=utc_now())
        if row == 0:
            await imports.forget_bad_rows(store, found.id)
            await imports.forget_duplicates(store, found.id)
        async with aclosing(_chunks(store, found, after=row)) as chunks:
            async for chunk in chunks:
                outcomes = await writer.write(chunk)
                bad = [each for each in outcomes.values() if isinstance(each, BadRow)]
                await imports.keep_bad_rows(store, found.id, bad)
                counts = _added(counts, outcomes)
                told = counts.model_dump()
                doubles = await imports.number_of_duplicates(store, found.id)
                await imports.settle(store, found.id, progress.job_id, {"counts": told, "duplicates": doubles})
                cursor = {"row": chunk[-1][0], "counts": told}
                await progress.advance(len(chunk) - len(bad), failed=len(bad), cursor=cursor)
        await imports.settle(store, found.id, progress.job_id, {"state": ends, "counts": counts.model_dump()})
        return counts

    def _writer(self, progress: Progress, task: ImportTask, found: Import, *, rehearsing: bool) -> RowWriter:
        """Raises `InvalidFields` where the mapping names a custom field that is gone."""
        resource, grants = self._resources[found.collection], self._grants(progress, task)
        record_type: type[Record] = resource.record
        hidden = members_in(hidden_fields(grants, found.collection))
        custom = self._directory.custom_fields(found.collection).without(hidden)
        refuse_unfit(record_type, targets_of(record_type, custom.model), found.columns, found.settings)
        context = replace(progress.context, grants=grants, batch=found.id)
        return RowWriter(
            progress.store, resource, self._references, found, context, custom=custom, rehearsing=rehearsing
        )

    async def _undo(self, progress: Progress, task: ImportTask) -> ImportCounts:
        store = progress.store
        await _let_go(store, task.after_job_id)
        found = await imports.find(store, task.import_id)
        resource = self._resources[found.collection]
        if progress.cursor is None:
            await imports.forget_bad_rows(store, found.id)
            await progress.advance(cursor=cursor_at(1))
        first = progress.cursor["row"]
        held = held_until(found.last_row + 1 - first, now=utc_now())
        for start in range(first, found.last_row + 1, UNDONE_AT_ONCE):
            rows = range(start, min(start + UNDONE_AT_ONCE, found.last_row + 1))
            await undo_rows(progress, resource, found, rows, held_until=held)
        await imports.settle(store, found.id, progress.job_id, {"state": ImportState.UNDONE})
        return (await imports.find(store, found.id)).counts

    def _grants(self, progress: Progress, task: ImportTask) -> Grants:
        return self._directory.grants(Caller(str(progress.context.actor_id), "", task.roles, "", task.via))


def held_until(rows: int, *, now: datetime) -> datetime | None:
    """When so many rows ought to be done, within a minute; None for few, whose events go out at once."""
    return now + min(rows * _EACH, _LONGEST) if rows >= MANY_ROWS else None


async def _let_go(store: Store, job_id: str | None) -> None:
    """Waits until a job that was canceled has done what it was about to do."""
    while job_id is not None:
        try:
            if (await jobs.find(store, job_id)).state not in _AT_WORK:
                return
        except NotFound:
            return
        await asyncio.sleep(_LOOKS_EVERY)


def _resumed(progress: Progress) -> tuple[int, ImportCounts]:
    """The row that was done last, and what had become of those up to it."""
    cursor = progress.cursor
    return (0, ImportCounts()) if cursor is None else (cursor["row"], ImportCounts(**cursor["counts"]))


def _added(counts: ImportCounts, outcomes: Mapping[int, object]) -> ImportCounts:
    became = Counter("failed" if isinstance(each, BadRow) else str(each) for each in outcomes.values())
    return counts.model_copy(update={name: getattr(counts, name) + more for name, more in became.items()})


async def _chunks(store: Store, found: Import, *, after: int) -> AsyncGenerator[list[Row], None]:
    """The rows behind `after`, read from disk in a thread."""
    with TemporaryDirectory(prefix="tandem-import-") as folder:
        path = Path(folder) / "file"
        await Files(store, imports.FILES).fetch(found.id, path)
        rows = rows_in(path, found.file.source)
        header = await asyncio.to_thread(next, rows)
        behind: Iterator[Row] = (row for row in rows if row[0] > max(after, header[0]))
        while chunk := await asyncio.to_thread(lambda: list(islice(behind, ROWS_AT_ONCE))):
            yield chunk
