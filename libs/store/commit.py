"""Writing a unit of work: one document plainly, several in a transaction, nothing half."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError

from libs.domain.duplicates import DuplicateRules
from libs.domain.refusals import FieldError
from libs.store.changes import Change
from libs.store.claiming import OF_PEOPLE
from libs.store.documents import CLAIMS, MATCH, WORDS
from libs.store.errors import AlreadyAnswered, Conflict, Duplicate, already_there
from libs.store.keys import noted, owned_by, pass_on
from libs.store.mongo import Client, Collection, Database, Document, Session
from libs.store.outbox import (
    LARGEST_EMBEDDED,
    MOST_EMBEDDED,
    OVERFLOW,
    Pending,
    overflow_document,
    refuse_too_large,
    room_for,
)
from libs.store.private import Insert, Overwrite
from libs.store.transactions import in_transaction
from libs.store.wording import searched_fields, words_of
from libs.store.work import UnitOfWork

_OWN: Final = ("_deleted", "_merged", "_moved")
"""Private fields that a change says, as it says those that are public."""


@dataclass(frozen=True, slots=True)
class Write:
    """One changed record and its events: `embedded` ones go into the document, `beside` ones into the outbox.

    `due_at` is when the sweeper may look for them. `rules` tell by which keys the record is found as a duplicate.
    """

    change: Change
    embedded: tuple[Pending, ...]
    beside: tuple[Pending, ...]
    now: datetime
    due_at: datetime
    rules: DuplicateRules

    def beside_all(self) -> "Write":
        """The same write with no event in the document, for one whose outbox is full."""
        moved = (*self.embedded, *self.beside)
        return replace(self, embedded=(), beside=tuple(replace(event, stored_in="outbox") for event in moved))

    @property
    def events(self) -> tuple[Pending, ...]:
        return (*self.embedded, *self.beside)

    def document(self) -> Document:
        """A new record's document."""
        document = self._fields()
        if keys := self.change.keys(self.rules):
            document[MATCH] = self._noted(keys)
        if words := words_of(self.change.record_type, document):
            document[WORDS] = words
        if self.change.claims:
            document[CLAIMS] = self.change.claims
        if self.embedded:
            document["_outbox"] = [event.embedded() for event in self.embedded]
            document["_pending"] = self.due_at
        return document

    def _noted(self, keys: Sequence[str]) -> list[str]:
        return noted(keys, self.rules, record_id=self.change.record_id, taken=self.change.taken or ())

    def _fields(self) -> Document:
        fields = dict(self.change.after)
        if self.change.removed:
            fields["_deleted"] = self.now
        if self.change.merged:
            fields["_merged"] = True
        return fields

    @property
    def seen(self) -> Document:
        """Matches the document only as the command saw it."""
        return {"_id": self.change.record_id, "version": (self.change.before or {})["version"]}

    def guard(self) -> Document:
        """As `seen`, and only with room for its events."""
        guard = self.seen
        return guard | room_for(len(self.embedded)) if self.embedded else guard

    def update(self) -> Document:
        """`$set`, `$unset` and `$push` of what differs; never a replacement."""
        before, after = self.change.before or {}, self._fields()
        changed = {name: value for name, value in after.items() if before.get(name) != value}
        gone = [name for name in before if (name[0] != "_" or name in _OWN) and name not in after]
        if any(before.get(name) != after.get(name) for name in searched_fields(self.change.record_type)):
            changed[WORDS] = words_of(self.change.record_type, after)
        update: Document = {"$set": changed}
        added: Document = {CLAIMS: {"$each": self.change.claims}} if self.change.claims else {}
        if self.change.erases:
            update["$pull"] = {CLAIMS: OF_PEOPLE}
            if keys := self.change.keys(self.rules):
                changed[MATCH] = self._noted(keys)
            else:
                gone.append(MATCH)
        elif keys := self.change.new_keys(self.rules):
            added[MATCH] = {"$each": self._noted(keys)}
        if added:
            update["$addToSet"] = added
        if gone:
            update["$unset"] = dict.fromkeys(gone, "")
        if self.embedded:
            update["$push"] = {"_outbox": {"$each": [event.embedded() for event in self.embedded]}}
            update["$min"] = {"_pending": self.due_at}
        return update


def write_of(work: UnitOfWork, change: Change) -> Write:
    """Splits a change's events by where they will wait; raises `EventTooLarge`."""
    events = work.events(change)
    refuse_too_large(events)
    fitting = [event for event in events if len(event.body) <= LARGEST_EMBEDDED][:MOST_EMBEDDED]
    beside = [replace(event, stored_in="outbox") for event in events if event not in fitting]
    rules = work.store.duplicate_rules(change.collection)
    return Write(change, tuple(fitting), tuple(beside), work.now, work.held_until or work.now, rules)


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
        self._writes = await _with_room(collection, self._writes)
        await in_transaction(self._client, self._apply, deadline=self._deadline)

    async def _apply(self, session: Session) -> None:
        if self._work.remembered is not None:  # first: that this was answered already goes before any conflict
            await self._remember(self._work.remembered, session)
        for contested in self._work.contested.values():
            await contested.apply(self._database, session)
        writes: list[Write] = []
        for (name, new), some in groupby(self._writes, key=_place):
            apply = _insert if new else _update
            writes += await apply(self._work.store.collection(name), list(some), session)
        self._writes = writes
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


def _place(write: Write) -> tuple[str, bool]:
    """Where it is written, and whether as a new document: neighbours of one place are written together."""
    return write.change.collection, write.change.before is None


async def _insert(collection: Collection, writes: Sequence[Write], session: Session) -> Sequence[Write]:
    await collection.insert_many([each.document() for each in writes], session=session)
    return writes


async def _update(collection: Collection, writes: Sequence[Write], session: Session) -> Sequence[Write]:
    """Returns the writes as they were done: the events of a record whose outbox was full wait beside it."""
    late = len(writes) - await updated(collection, writes, session)
    if not late:
        return writes
    roomy = await _with_room(collection, writes, session)
    if await updated(collection, [each for each in roomy if not each.embedded], session) < late:
        raise Conflict
    return roomy


async def updated(collection: Collection, writes: Sequence[Write], session: Session | None = None) -> int:
    """How many of the documents were as their command saw them, and are now as it left them."""
    updates = [UpdateOne(each.guard(), each.update()) for each in writes]
    return (await collection.bulk_write(updates, session=session)).matched_count


async def _with_room(collection: Collection, writes: Sequence[Write], session: Session | None = None) -> list[Write]:
    """Those that could not be done have their events beside; raises `Conflict` where that was not what ails them."""
    as_seen = collection.find({"$or": [each.seen for each in writes]}, {"_id": 1}, session=session)
    full = {document["_id"] async for document in as_seen}
    if not full:
        raise Conflict
    return [each.beside_all() if each.change.record_id in full else each for each in writes]
