"""Writing a unit of work: one document plainly, several in a transaction, nothing half."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo.errors import BulkWriteError, DuplicateKeyError

from libs.domain.refusals import FieldError
from libs.store.documents import CLAIMS, MATCH
from libs.store.errors import AlreadyAnswered, Conflict, Duplicate, already_there
from libs.store.keys import owned_by, pass_on
from libs.store.mongo import Client, Collection, Database, Document, Session
from libs.store.outbox import OVERFLOW, Pending, overflow_document
from libs.store.private import Insert, Overwrite
from libs.store.transactions import in_transaction
from libs.store.work import UnitOfWork
from libs.store.writes import Write, with_room, write_of, written


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

    def _insertions(self) -> Mapping[str, list[Document]] | None:
        """The documents, by collection, of a unit of work that makes nothing but new ones."""
        if insertion := self.insertion():
            return {insertion[0]: [insertion[1]]}
        work = self._work
        private = [each for each in work.private if isinstance(each, Insert)]
        updates = [write for write in self._writes if write.change.before is not None]
        if updates or work.contested or work.remembered is not None or len(private) < len(work.private):
            return None
        documents: defaultdict[str, list[Document]] = defaultdict(list)
        for write in self._writes:
            documents[write.change.collection].append(write.document())
            for event in write.beside:
                documents[OVERFLOW].append(overflow_document(event, write.due_at))
        for each in private:
            documents[each.collection].append(each.document)
        return documents

    @property
    def events(self) -> list[Pending]:
        return [event for write in self._writes for event in write.events]

    @property
    def held(self) -> bool:
        """Whether the events wait in the outbox for now."""
        return self._work.held_until is not None

    async def _write(self) -> Sequence[Pending]:
        given_up = await self._keys_of_erased()
        try:
            if (documents := self._insertions()) is not None:
                await self._work.store.inserts.insert(documents, deadline=self._deadline)
            elif self._plain():
                await self._write_one(self._writes[0])
            else:
                await in_transaction(self._client, self._apply, deadline=self._deadline)
        except DuplicateKeyError as error:
            raise meaning(error.details or {}) from error
        except BulkWriteError as error:
            already_there(error)
            raise meaning(error.details["writeErrors"][0]) from error
        events = self.events
        if not self.held:
            self._work.store.outbox.on_commit(events)
        self._tell_of_private()
        for collection, keys in given_up:
            await pass_on(collection, keys)
        return events

    def _tell_of_private(self) -> None:
        for each in self._work.private:
            if isinstance(each, Insert | Overwrite):
                self._work.store.tell_private(each.collection, each.document)

    async def _keys_of_erased(self) -> Sequence[tuple[Collection, list[str]]]:
        """The keys that records have as they are who are about to lose them, since they told of a person."""
        erased = [write.change for write in self._writes if write.change.erases]
        collections = [self._work.store.collection(change.collection) for change in erased]
        return [
            (collection, owned_by(await collection.find_one({"_id": change.record_id}, {MATCH: 1}) or {}))
            for change, collection in zip(erased, collections, strict=True)
        ]

    def _plain(self) -> bool:
        """Whether one document carries everything: the change, its events and the remembered answer."""
        work = self._work
        if len(self._writes) != 1 or work.private or work.contested or self._writes[0].beside:
            return False
        change = self._writes[0].change
        return work.remembered is None or (change.before is None and change.collection == work.remembered_in)

    async def _write_one(self, write: Write) -> None:
        collection = self._work.store.collection(write.change.collection)
        result = await collection.update_one(write.guard(), write.update())
        if result.matched_count:
            return
        self._writes = await with_room(collection, self._writes)
        await in_transaction(self._client, self._apply, deadline=self._deadline)

    async def _apply(self, session: Session) -> None:
        if self._work.remembered is not None:  # first: that this was answered already goes before any conflict
            await self._remember(self._work.remembered, session)
        for contested in self._work.contested.values():
            await contested.apply(self._database, session)
        self._writes = await written(self._work.store, self._writes, session)
        overflown = [overflow_document(event, write.due_at) for write in self._writes for event in write.beside]
        if overflown:
            await self._database[OVERFLOW].insert_many(overflown, session=session)
        for private in self._work.private:
            await private.apply(self._database, session)

    async def _remember(self, answer: Document, session: Session) -> None:
        own = {name: value for name, value in answer.items() if name != "key"}
        try:
            await self._database["requests"].insert_one({"_id": answer["key"], **own}, session=session)
        except DuplicateKeyError:
            raise AlreadyAnswered from None


def meaning(details: Mapping[str, Any]) -> Exception:
    """What a duplicate key says: asked before, a rival in a claim or an id, or a value that must be unique."""
    fields = list(details.get("keyPattern", {}))
    if fields == ["_request.key"]:
        return AlreadyAnswered()
    if fields in (["_id"], [MATCH], [CLAIMS]):
        return Conflict()
    name = str(next(iter(fields), "_id"))
    return Duplicate(f"another record has this {name} already", errors=[FieldError(f"/{name}", "duplicate", "taken")])
