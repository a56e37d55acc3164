"""Writing a unit of work: one document plainly, several in a transaction, nothing half."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from pymongo.errors import DuplicateKeyError, PyMongoError

from libs.domain.refusals import FieldError
from libs.store.errors import AlreadyAnswered, Conflict, Duplicate, OutcomeUnknown
from libs.store.mongo import Client, Collection, Database, Document, Session
from libs.store.outbox import (
    LARGEST_EMBEDDED,
    OVERFLOW,
    Pending,
    overflow_document,
    refuse_too_large,
    room_for,
)
from libs.store.work import Change, UnitOfWork

_TRANSIENT: Final = "TransientTransactionError"
_UNKNOWN: Final = "UnknownTransactionCommitResult"


@dataclass(frozen=True, slots=True)
class Write:
    """One changed record and its events: `embedded` ones go into the document, `beside` ones into the outbox."""

    change: Change
    embedded: tuple[Pending, ...]
    beside: tuple[Pending, ...]
    now: datetime

    def beside_all(self) -> "Write":
        """The same write with no event in the document, for one whose outbox is full."""
        moved = (*self.embedded, *self.beside)
        return replace(self, embedded=(), beside=tuple(replace(event, stored_in="outbox") for event in moved))

    @property
    def events(self) -> tuple[Pending, ...]:
        return (*self.embedded, *self.beside)

    def document(self) -> Document:
        """A new record's document."""
        document = dict(self.change.after)
        if self.embedded:
            document["_outbox"] = [event.embedded() for event in self.embedded]
            document["_pending"] = self.now
        return document

    def guard(self) -> Document:
        """Matches the document only as the command saw it, and with room for its events."""
        before = self.change.before or {}
        guard: Document = {"_id": self.change.record_id, "version": before["version"], "_deleted": None}
        return guard | room_for(len(self.embedded)) if self.embedded else guard

    def update(self) -> Document:
        """`$set`, `$unset` and `$push` of what differs; never a replacement."""
        before, after = self.change.before or {}, self.change.after
        changed = {name: value for name, value in after.items() if before.get(name) != value}
        if self.change.removed:
            changed["_deleted"] = self.now
        update: Document = {"$set": changed}
        if gone := [name for name in before if name[0] != "_" and name not in after]:
            update["$unset"] = dict.fromkeys(gone, "")
        if self.embedded:
            update["$push"] = {"_outbox": {"$each": [event.embedded() for event in self.embedded]}}
            update["$min"] = {"_pending": self.now}
        return update


def write_of(work: UnitOfWork, change: Change) -> Write:
    """Splits a change's events by where they will wait; raises `EventTooLarge`."""
    events = work.events(change)
    refuse_too_large(events)
    embedded = tuple(event for event in events if len(event.body) <= LARGEST_EMBEDDED)
    beside = tuple(
        replace(event, stored_in="outbox") for event in events if len(event.body) > LARGEST_EMBEDDED
    )
    return Write(change, embedded, beside, work.now)


class Commit:
    """One attempt to write a unit of work. Raises `Conflict` where the command must decide again."""

    def __init__(self, client: Client, database: Database, work: UnitOfWork, *, seconds: float) -> None:
        self._client = client
        self._database = database
        self._work = work
        self._deadline = time.monotonic() + seconds
        self._writes = [write_of(work, change) for change in work.changes.values()]

    async def done(self) -> Sequence[Pending]:
        """Writes all of it; returns the events that now wait. Once begun it is finished, though the caller go away."""
        if not self._work.writes and self._work.remembered is None:
            return ()
        return await asyncio.shield(asyncio.ensure_future(self._write()))

    def insertion(self) -> tuple[str, Document] | None:
        """The collection and document of a unit of work that is one plain create, for writing many at once."""
        if not self._plain() or self._writes[0].change.before is not None:
            return None
        document = self._writes[0].document()
        if self._work.remembered is not None:
            document["_request"] = self._work.remembered
        return self._writes[0].change.collection, document

    @property
    def events(self) -> list[Pending]:
        return [event for write in self._writes for event in write.events]

    async def _write(self) -> Sequence[Pending]:
        try:
            if self._plain():
                await self._write_one(self._writes[0])
            else:
                await in_transaction(self._client, self._apply, deadline=self._deadline)
        except DuplicateKeyError as error:
            raise meaning(error.details or {}) from error
        events = self.events
        self._work.store.outbox.on_commit(events)
        return events

    def _plain(self) -> bool:
        """Whether one document carries everything: the change, its events and the remembered answer."""
        work = self._work
        if len(self._writes) != 1 or work.puts or work.freed or self._writes[0].beside:
            return False
        return work.remembered is None or self._writes[0].change.before is None

    async def _write_one(self, write: Write) -> None:
        collection = self._database[write.change.collection]
        if insertion := self.insertion():
            await collection.insert_one(insertion[1])
        elif not await _update(collection, write):
            await self._make_room(collection, write)

    async def _make_room(self, collection: Collection, write: Write) -> None:
        """The document has changed, or its outbox is full: only the second is ours to solve."""
        version = (write.change.before or {})["version"]
        if not write.embedded or not await collection.find_one(
            {"_id": write.change.record_id, "version": version}
        ):
            raise Conflict
        self._writes = [write.beside_all()]
        await in_transaction(self._client, self._apply, deadline=self._deadline)

    async def _apply(self, session: Session) -> None:
        for write in self._writes:
            collection = self._database[write.change.collection]
            if write.change.before is None:
                await collection.insert_one(write.document(), session=session)
            elif not await _update(collection, write, session):
                self._writes = [each.beside_all() if each is write else each for each in self._writes]
                if not write.embedded or not await _update(collection, write.beside_all(), session):
                    raise Conflict
        overflown = [overflow_document(event, write.now) for write in self._writes for event in write.beside]
        if overflown:
            await self._database[OVERFLOW].insert_many(overflown, session=session)
        for name, document in self._work.puts:
            await self._database[name].insert_one(document, session=session)
        for name, key in self._work.freed:
            await self._database[name].delete_one({"_id": key}, session=session)
        if self._work.remembered is not None:
            remembered = dict(self._work.remembered)
            await self._database["requests"].insert_one(
                {"_id": remembered.pop("key"), **remembered}, session=session
            )


def meaning(details: Mapping[str, Any]) -> Exception:
    """What a duplicate key says: asked before, a rival in a claim or an id, or a value that must be unique."""
    fields = list(details.get("keyPattern", {}))
    if fields == ["_request.key"]:
        return AlreadyAnswered()
    if fields == ["_id"]:
        return Conflict()
    name = str(next(iter(fields), "_id"))
    return Duplicate(
        f"another record has this {name} already", errors=[FieldError(f"/{name}", "duplicate", "taken")]
    )


async def _update(collection: Collection, write: Write, session: Session | None = None) -> bool:
    result = await collection.update_one(write.guard(), write.update(), session=session)
    return bool(result.matched_count)


async def in_transaction(
    client: Client, apply: Callable[[Session], Awaitable[None]], *, deadline: float
) -> None:
    """Applies the writes and commits them.

    A transient error aborts and applies them again on a fresh session. A commit whose outcome is unknown is committed
    again on the same session, never applied again, until the deadline; then the outcome stays unknown.
    """
    while True:
        async with await client.start_session() as session:
            session.start_transaction(max_commit_time_ms=2000)
            try:
                await apply(session)
            except BaseException as error:
                await _abort(session)
                if isinstance(error, PyMongoError) and error.has_error_label(_TRANSIENT):
                    if time.monotonic() < deadline and not _write_conflict(error):
                        continue
                    raise Conflict from error
                raise
            if await commit(session, deadline=deadline):
                return


async def commit(session: Session, *, deadline: float) -> bool:
    """Commits; False if the transaction is certain to have failed and may be applied again."""
    while True:
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            if error.has_error_label(_UNKNOWN):
                if time.monotonic() < deadline:
                    await asyncio.sleep(0.05)
                    continue
                raise OutcomeUnknown("the database did not confirm the commit in time") from error
            if error.has_error_label(_TRANSIENT) and time.monotonic() < deadline:
                return False
            raise
        return True


async def _abort(session: Session) -> None:
    with suppress(PyMongoError):  # the server forgets it by itself, after its own limit
        await session.abort_transaction()


def _write_conflict(error: PyMongoError) -> bool:
    return getattr(error, "code", None) == 112
