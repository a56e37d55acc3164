"""Taking back what an import did: records it made are removed, fields it changed are what they were.

What somebody has changed since stays as they left it, and is told as a conflict.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final

from libs.domain.record import Record
from libs.domain.refusals import FieldError, NotFound, Refusal, Unavailable
from libs.store.documents import to_document
from libs.store.work import UnitOfWork
from libs.web.imports import store as imports
from libs.web.imports.model import Import
from libs.web.imports.store import BadRow, Changed
from libs.web.resource import Resource

_CHANGED_SINCE: Final = "changed_since"


def undo_rows(
    resource: Resource[Any], found: Import, rows: Sequence[int], *, held_until: datetime | None = None
) -> Callable[[UnitOfWork], Awaitable[None]]:
    """The command that undoes some rows; it counts what it does in the import itself."""

    async def command(work: UnitOfWork) -> None:
        work.held_until = held_until
        conflicts = await _remove(work, resource, found, rows)
        removed = len(work.changes)
        for change in await imports.changes(work.store, found.id, rows):
            conflicts += await _restore(work, resource, change)
        for each in conflicts:
            work.overwrite(imports.ERRORS, imports.bad_row_document(found.id, each))
        told = {"removed": removed, "restored": len(work.changes) - removed}
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
