"""Taking back what an import did: records it made are removed, fields it changed are what they were.

What somebody has changed since stays as they left it, and is told as a conflict.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final

from libs.domain.record import Record
from libs.domain.refusals import FieldError, NotFound, Refusal, Unavailable
from libs.jobs.progress import Progress
from libs.store.apart import change_apart
from libs.store.documents import to_document
from libs.store.errors import answering
from libs.store.mongo import Document
from libs.store.work import UnitOfWork
from libs.web.imports import store as imports
from libs.web.imports.model import Import
from libs.web.imports.store import BadRow, Changed
from libs.web.resource import Resource

_CHANGED_SINCE: Final = "changed_since"


async def undo_rows(
    progress: Progress, resource: Resource[Any], found: Import, rows: range, *, held_until: datetime | None = None
) -> None:
    """Undoes some rows and saves that they are done; what is done is counted in the import itself."""
    removed = 0
    if resource.remove is None:  # a removal is then of the record alone
        removed = await _remove_apart(progress, resource.record, found, rows, held_until)
    command = _undo(resource, found, rows, removed=removed, held_until=held_until)
    await progress.commit(command, done=len(rows), cursor=cursor_at(rows.stop))


def cursor_at(row: int, at_hand: Sequence[str] = ()) -> Document:
    """The rows before are done; of this row and the next ones, these records are about to be removed."""
    return {"row": row, "at_hand": list(at_hand)}


async def _remove_apart(
    progress: Progress, record_type: type[Record], found: Import, rows: range, held_until: datetime | None
) -> int:
    """Removes, each by itself, records that nobody has changed; how many, with those that an interrupted run removed.

    What is left, since somebody was quicker or an event is large, is for the transaction.
    """
    store = progress.store
    work = UnitOfWork(store, progress.context)
    work.held_until = held_until
    ids = [found.record_id(row) for row in rows]
    async with answering():
        for record in await work.find(record_type, {"_id": {"$in": ids}, "version": 1}, limit=len(ids)):
            work.remove(record)
        if not (at_hand := sorted({*progress.cursor["at_hand"], *(each.record_id for each in work.changes.values())})):
            return 0
        await progress.advance(cursor=cursor_at(rows.start, at_hand))
        await change_apart(work)
    return await imports.number_of_removed(store, record_type.collection, at_hand)


def _undo(
    resource: Resource[Any], found: Import, rows: Sequence[int], *, removed: int, held_until: datetime | None
) -> Callable[[UnitOfWork], Awaitable[None]]:
    """The command that undoes what of the rows is not `removed` yet."""

    async def command(work: UnitOfWork) -> None:
        work.held_until = held_until
        conflicts = await _remove(work, resource, found, rows)
        more = len(work.changes)
        for change in await imports.changes(work.store, found.id, rows):
            conflicts += await _restore(work, resource, change)
        for each in conflicts:
            work.overwrite(imports.ERRORS, imports.bad_row_document(found.id, each))
        told = {"removed": removed + more, "restored": len(work.changes) - more}
        work.amend(imports.IMPORTS, {"_id": found.id}, {"$inc": {f"counts.{name}": n for name, n in told.items()}})

    return command


async def _remove(work: UnitOfWork, resource: Resource[Any], found: Import, rows: Sequence[int]) -> list[BadRow]:
    ids = {found.record_id(row): row for row in rows}
    record_type: type[Record] = resource.record
    conflicts = []
    for record in await work.find(record_type, {"_id": {"$in": list(ids)}}, limit=len(ids)):
        if record.version == 1:
            await resource.remove_record(work, record)
        else:
            error = FieldError("", _CHANGED_SINCE, "somebody has changed the record since")
            conflicts.append(BadRow(ids[record.id], (error,), record_id=record.id))
    return conflicts


async def _restore(work: UnitOfWork, resource: Resource[Any], change: Changed) -> list[BadRow]:
    """Each field that is still as the import left it becomes what it was."""
    try:
        current: Record = await work.get(resource.record, change.record_id)
        now = to_document(current)
        names = change.before.keys() | change.after.keys()
        kept = {name for name in names if now.get(name) != change.after.get(name)}
        if names - kept:
            restored = {name: change.before.get(name) for name in names - kept}
            await resource.change_record(work, current, current.evolve(**restored))
        errors = [FieldError(f"/{name}", _CHANGED_SINCE, "somebody has changed it since") for name in sorted(kept)]
    except NotFound:
        errors = [FieldError("", "removed_since", "somebody has removed the record since")]
    except Unavailable:
        raise
    except Refusal as refusal:
        errors = [*refusal.errors] or [FieldError("", refusal.code, refusal.detail)]
    return [BadRow(change.row, tuple(errors), record_id=change.record_id)] if errors else []
