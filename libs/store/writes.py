"""One changed record and its events, as they are written to MongoDB."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Final

from pymongo import UpdateOne

from libs.domain.duplicates import DuplicateRules
from libs.store.changes import Change
from libs.store.documents import CLAIMS, MATCH, WORDS
from libs.store.errors import Conflict
from libs.store.keys import noted
from libs.store.mongo import Collection, Document, Session
from libs.store.outbox import LARGEST_EMBEDDED, MOST_EMBEDDED, Pending, refuse_too_large, room_for
from libs.store.wording import searched_fields, words_of
from libs.store.work import UnitOfWork

if TYPE_CHECKING:
    from libs.store.store import Store

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


async def written(store: "Store", writes: Sequence[Write], session: Session) -> list[Write]:
    """Returns the writes as they were done: the events of a record whose outbox was full wait beside it."""
    done: list[Write] = []
    for (name, new), some in groupby(writes, key=_place):
        write = _insert if new else _update
        done += await write(store.collection(name), list(some), session)
    return done


def _place(write: Write) -> tuple[str, bool]:
    """Where it is written, and whether as a new document: neighbours of one place are written together."""
    return write.change.collection, write.change.before is None


async def _insert(collection: Collection, writes: Sequence[Write], session: Session) -> Sequence[Write]:
    await collection.insert_many([each.document() for each in writes], session=session)
    return writes


async def _update(collection: Collection, writes: Sequence[Write], session: Session) -> Sequence[Write]:
    late = len(writes) - await updated(collection, writes, session)
    if not late:
        return writes
    roomy = await with_room(collection, writes, session)
    if await updated(collection, [each for each in roomy if not each.embedded], session) < late:
        raise Conflict
    return roomy


async def updated(collection: Collection, writes: Sequence[Write], session: Session | None = None) -> int:
    """How many of the documents were as their command saw them, and are now as it left them."""
    updates = [UpdateOne(each.guard(), each.update()) for each in writes]
    return (await collection.bulk_write(updates, session=session)).matched_count


async def with_room(collection: Collection, writes: Sequence[Write], session: Session | None = None) -> list[Write]:
    """Those that could not be done have their events beside; raises `Conflict` where that was not what ails them."""
    as_seen = collection.find({"$or": [each.seen for each in writes]}, {"_id": 1}, session=session)
    full = {document["_id"] async for document in as_seen}
    if not full:
        raise Conflict
    return [each.beside_all() if each.change.record_id in full else each for each in writes]
