"""Erasing a person from everything that a service keeps: its records by commands, all else where it lies."""

import asyncio
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any, Final

from libs.contracts.privacy import Found, Person
from libs.domain.kinds import kind_of
from libs.domain.personal import Personal, retained_until
from libs.domain.record import Record
from libs.domain.refusals import NotFound, Unavailable
from libs.jobs.progress import Progress
from libs.privacy.files import holding
from libs.privacy.scrubbing import ERASED, Erased
from libs.privacy.tasks import ORDERS, Order
from libs.store import erased as tombstones
from libs.store.attached import RecordFiles, unnamed
from libs.store.changes import Announcement
from libs.store.claiming import claims_of_people, give_up
from libs.store.clock import utc_now
from libs.store.documents import to_document, to_record
from libs.store.files import Files, buckets_of
from libs.store.mongo import with_decimals
from libs.store.scanning import collections_of, current, forget, mentioning, rewrite
from libs.store.store import Document
from libs.store.work import UnitOfWork

HEARD_WITHIN: Final = 2.0
"""Seconds after which every copy of the service knows the tombstone, and writes nothing of the person any more."""

_STRUCTURE: Final = frozenset({"_id", "version", "owner_id", "shares", "created_by", "modified_by"})
_LEFT_ALONE: Final = frozenset({tombstones.COLLECTION, ORDERS, "meta"})
_MOST_TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a sweep has come: behind the document `after` of a collection, or, with those done, to a bucket of files.

    `at_hand` are the ids of what it is about to change or drop: where it is cut, what has changed tells of the person
    no more and would not be counted else, and of a file there may be pieces left that nothing leads to.
    """

    collection: str = ""
    after: object = None
    bucket: str = ""
    at_hand: tuple[object, ...] = ()
    found: Mapping[str, Found] = field(default_factory=dict)

    @classmethod
    def from_cursor(cls, cursor: Document) -> "Reached":
        found = {each["collection"]: Found.model_validate(each) for each in cursor["found"]}
        at_hand = tuple(cursor.get("at_hand", ()))  # a sweep that an earlier release began has none, and no bucket
        return cls(cursor["collection"], cursor["after"], cursor.get("bucket", ""), at_hand, found)

    def cursor(self) -> Document:
        told = [each.model_dump(mode="json") for each in self.found.values()]
        place = {"collection": self.collection, "after": self.after, "bucket": self.bucket}
        return {**place, "at_hand": list(self.at_hand), "found": told}

    def counting(self, changed: int, kept: Sequence[date] = ()) -> "Reached":
        """With what was changed and kept there beside what was up to now."""
        place = self.bucket or self.collection
        before = self.found.get(place) or Found(collection=place, count=0)
        days = [*kept, *([before.retained_until] if before.retained_until else [])]
        now = Found(
            collection=place,
            count=before.count + changed,
            retained=before.retained + len(kept),
            retained_until=max(days, default=None),
        )
        return replace(self, found={**self.found, place: now})


@dataclass(frozen=True, slots=True)
class Sweep:
    """One erasure in one service. Documents of the collections `alone` mean nothing without the person, and go.

    So do `files` that a record of theirs has let go.
    """

    progress: Progress
    order: Order
    alone: Collection[str]
    files: Sequence[RecordFiles] = ()

    async def run(self) -> list[Found]:
        """Goes on behind what was done before an interruption; returns how much was changed."""
        erased = await self._bury()
        if self.progress.cursor is None:
            await asyncio.sleep(HEARD_WITHIN)
            await self._save(Reached())
        reached = await self._resumed(erased)
        for collection in await self._collections():
            if collection >= reached.collection and not reached.bucket:
                reached = await self._sweep(collection, reached, erased)
        for bucket in await buckets_of(self.progress.store):
            if bucket >= reached.bucket:
                reached = await self._sweep_files(replace(reached, bucket=bucket))
        return [each for _, each in sorted(reached.found.items()) if each.count or each.retained]

    async def _sweep(self, collection: str, reached: Reached, erased: Erased) -> Reached:
        """One collection, from where it was left, a page at a time."""
        if collection != reached.collection:
            reached = replace(reached, collection=collection, after=None)
        needles = needles_of(self.order.person)
        async for documents, last in mentioning(self.progress.store, collection, needles, after=reached.after):
            theirs = [each for each in documents if erased.concerns(each)]
            kept = {each["_id"]: until for each in theirs if (until := self._retained_until(collection, each))}
            left = [each for each in theirs if each["_id"] not in kept]
            if at_hand := tuple(each["_id"] for each in left if self._would_change(collection, each, erased)):
                await self._save(replace(reached, at_hand=at_hand))
            changed = sum([await self._change(collection, each, erased) for each in left])
            reached = replace(reached.counting(changed, list(kept.values())), after=last)
            await self._save(reached, changed)
        return reached

    async def _resumed(self, erased: Erased) -> Reached:
        """How far an earlier run came: what it had at hand when it was cut, and has changed, is counted now."""
        reached = Reached.from_cursor(self.progress.cursor)
        if not reached.at_hand:
            return reached
        if reached.bucket:
            return await self._drop(reached)
        documents = [await current(self.progress.store, reached.collection, each) for each in reached.at_hand]
        changed = sum(not each or not self._would_change(reached.collection, each, erased) for each in documents)
        counted = replace(reached.counting(changed), at_hand=())
        await self._save(counted, changed)
        return counted

    async def _save(self, reached: Reached, done: int = 0) -> None:
        await self.progress.advance(done, cursor=reached.cursor())

    async def _sweep_files(self, reached: Reached) -> Reached:
        """Those in which the person stands, and those that their records name no more."""
        store, person = self.progress.store, self.order.person
        async for file_id in holding(Files(store, reached.bucket), needles_of(person)):
            reached = await self._drop(replace(reached, at_hand=(file_id,)))
        for each in self.files:
            of = person.ids_in(each.collection)
            while each.bucket == reached.bucket and (left := await unnamed(store, each, before=utc_now(), of=of)):
                reached = await self._drop(replace(reached, at_hand=tuple(left)))
        return reached

    async def _drop(self, reached: Reached) -> Reached:
        """The files at hand, also what a run that was cut has left of them."""
        await self._save(reached)
        for each in reached.at_hand:
            await Files(self.progress.store, reached.bucket).drop(str(each))
        dropped = len(reached.at_hand)
        reached = replace(reached.counting(dropped), at_hand=())
        await self._save(reached, dropped)
        return reached

    async def _bury(self) -> Erased:
        """Whom nothing is to bring back from now on; with what an earlier run of the request has known of them."""
        store, request_id = self.progress.store, self.order.request_id
        known = await tombstones.find_tombstone(store, request_id)
        salt = bytes.fromhex(known["salt"]) if known else secrets.token_bytes(16)
        told = Erased.of(self.order.person, salt).tombstone()
        return Erased.from_tombstone(await tombstones.keep_tombstone(store, request_id, told))

    async def _collections(self) -> list[str]:
        return sorted(set(await collections_of(self.progress.store)) - _LEFT_ALONE)

    def _record_type(self, collection: str) -> type[Record] | None:
        return next((each for each in self.progress.store.records if each.collection == collection), None)

    def _retained_until(self, collection: str, document: Document) -> date | None:
        """Until when the law has the document kept; None where it may be changed."""
        record_type = self._record_type(collection)
        personal = kind_of(record_type, document).personal if record_type else None
        until = retained_until(personal, document)
        return until if until is not None and until >= utc_now().date() else None

    def _would_change(self, collection: str, document: Document, erased: Erased) -> bool:
        record_type = self._record_type(collection)
        if record_type is None:
            return collection in self.alone or bool(erased.value(document) != document)
        if document["_id"] == self.order.request_id:
            return False
        before = to_document(to_record(record_type, with_decimals(document)))
        return bool(_claims(collection, document, erased)) or without_person(record_type, before, erased) != before

    async def _change(self, collection: str, document: Document, erased: Erased) -> bool:
        record_type = self._record_type(collection)
        if record_type is not None:
            return await self._erase(record_type, document, erased)
        if collection in self.alone:
            await forget(self.progress.store, collection, document["_id"])
            return True
        return await self._rewrite(collection, document, erased)

    async def _rewrite(self, collection: str, document: Document, erased: Erased) -> bool:
        """What the document has at its end; one whose id tells of the person goes, as a claim does."""
        found: Document | None = document
        for _ in range(_MOST_TRIES):
            if found is None or (without := erased.value(found)) == found:
                return False
            if without["_id"] != found["_id"]:
                await forget(self.progress.store, collection, found["_id"])
                return True
            if await rewrite(self.progress.store, collection, found, without):
                return True
            now = await current(self.progress.store, collection, document["_id"])
            found = None if now is None else {name: now[name] for name in document if name in now}
        raise Unavailable(f"a document of {collection} changes all the time")

    async def _erase(self, record_type: type[Record], document: Document, erased: Erased) -> bool:
        """By a command, whose event has nothing of what was there; first what lies beside the record's own fields."""
        private = {name: value for name, value in document.items() if name in {"_id", "_request", "_outbox"}}
        await self._rewrite(record_type.collection, private, erased)
        if document["_id"] == self.order.request_id:
            return False  # the request is needed until all services are done, and forgets the person then
        if claims := _claims(record_type.collection, document, erased):
            await give_up(self.progress.store, record_type.collection, document["_id"], claims)
        command = partial(erase_record, record_type=record_type, record_id=document["_id"], erased=erased)
        return await self.progress.commit(command, done=0) or bool(claims)


def needles_of(person: Person) -> list[bytes]:
    """What a document must have in it, in lower case, to be looked at."""
    ids = [each.partition("/")[2] for each in person.records]
    return [each.lower().encode() for each in (*ids, *person.emails, *person.phones, *person.phone_keys)]


async def erase_record(work: UnitOfWork, *, record_type: type[Record], record_id: str, erased: Erased) -> bool:
    """The record without the person, if there was anything of them; a removed one stays removed."""
    try:
        record, removed = await work.get_whole(record_type, record_id)
    except NotFound:
        return False
    before = to_document(record)
    after = without_person(record_type, before, erased)
    if after == before:
        return False
    verb = "deleted" if removed else "erased"
    happening = Announcement(f"{kind_of(record_type, before).aggregate}.{verb}")
    work.erase(to_record(record_type, after), happening, removed=removed)
    return True


def without_person(record_type: type[Record], before: Document, erased: Erased) -> Document:
    """A record's fields as they are after the erasure: what is theirs is emptied, from the rest they are taken out."""
    kind = kind_of(record_type, before)
    personal = kind.personal or Personal()
    theirs = f"{record_type.collection}/{before['_id']}" in erased.records
    after: Document = {}
    for name, value in before.items():
        if name in _STRUCTURE or name in personal.kept:
            after[name] = value
        elif not (theirs and name in personal.cleared):
            left = _left(erased.value(value), value)
            required = name in kind.model_fields and kind.model_fields[name].is_required()
            if left != ERASED or required:
                after[name] = left
    return after


def _claims(collection: str, document: Document, erased: Erased) -> list[str]:
    """The claims of a record that tell of the person: it may have been another's when it took them."""
    claims = claims_of_people(document)
    theirs = f"{collection}/{document['_id']}" in erased.records
    return claims if theirs else [each for each in claims if erased.recognises(each)]


def _left(value: Any, before: Any) -> Any:
    """Of a list no empty texts."""
    if isinstance(value, list) and value != before:
        return [each for each in value if each != ""]
    return value
