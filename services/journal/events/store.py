"""The events as they were announced, each under its position."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from libs.contracts.envelope import Envelope
from libs.domain.record import Index
from libs.store.clock import utc_now
from libs.store.errors import answering
from libs.store.projecting import newest, newness
from libs.store.sequence import append_dense, last_position
from libs.store.store import Document, Store
from services.journal.events.model import Wanted

COLLECTION: Final = "events"
INDEXES: Final = (
    Index(("event_id",), unique=True),
    Index(("subject",)),
    Index(("subject", "newness", "time")),
    Index(("type",)),
)
SHOWN: Final = {"type": 1, "subject": 1, "body": 1}
BY_SUBJECT: Final = [("subject", 1), ("_id", 1)]
BY_VERSION: Final = [("subject", 1), ("newness", 1), ("time", 1), ("_id", 1)]
BY_TYPE: Final = [("type", 1), ("_id", 1)]

LARGEST_APPEND: Final = 8 * 1024 * 1024
"""Bytes of bodies that one transaction writes, so that it ends well within the time the database allows."""

LONGEST_LOOK: Final = 5000
"""Events that one read looks through for the wanted ones."""

MOST_MERGED: Final = 200
"""Types whose events the database finds by the index and merges in their order; beyond, it would sort them all."""

CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""By how much the clocks of two copies may differ."""

KINDS: Final[list[Document]] = [
    {"$sort": {"type": 1, "_id": 1}},
    {"$group": {"_id": "$type", "subject": {"$first": "$subject"}}},
]
"""Every type there is with the subject of its first event: one step through the index for each."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An event with its position; `body` is the CloudEvent in JSON, on one line."""

    position: int
    type: str
    subject: str
    body: bytes

    @property
    def positioned(self) -> bytes:
        """The CloudEvent with its position, as the feed and webhooks show it."""
        return b'{"position":%d,%s' % (self.position, self.body[1:])


@dataclass(frozen=True, slots=True)
class Stretch:
    """The wanted events of a stretch of the journal, which ends with the position `end`."""

    events: list[Kept]
    end: int


async def append(store: Store, envelopes: Sequence[Envelope]) -> int:
    """Stores what is new; returns the last position."""
    last, now = 0, utc_now()
    for portion in _portions([_row(envelope, now) for envelope in envelopes]):
        last = await append_dense(store, COLLECTION, portion, unique="event_id")
    return last


async def newer(store: Store, envelopes: Sequence[Envelope]) -> list[Envelope]:
    """Of each record the newest, if it is newer than what is here."""
    told = newest(envelopes)
    if not told:
        return []
    known: list[Document] = [
        {"$match": {"subject": {"$in": list(told)}}},
        {"$sort": {"subject": 1, "newness": 1}},
        {"$group": {"_id": "$subject", "newness": {"$last": "$newness"}}},
    ]
    async with answering():
        rows = await store.collection(COLLECTION).aggregate(known, hint=dict(BY_VERSION)).to_list(None)
    numbers = {row["_id"]: row["newness"] for row in rows}
    return [each for subject, each in told.items() if newness(each) > numbers.get(subject, 0)]


async def head(store: Store) -> int:
    """The position of the last event; 0 where there is none."""
    return await last_position(store, COLLECTION)


async def read_stretch(
    store: Store, *, after: int, head: int, top: int, wanted: Wanted, look: int = LONGEST_LOOK
) -> Stretch:
    """Up to `top` of the wanted events behind the position `after`, in order, and none behind `head`.

    Near the end all are looked through; from further back those of one subject, or of some types, are found by their
    index, however far apart they are. Of too many types the next `look` events are looked through.
    """
    query, index, upto = _matching(wanted), None, head
    if wanted.subject is not None:
        index = BY_SUBJECT
    elif query and head - after > look:
        types = await _types_of(store, wanted)
        if len(types) <= MOST_MERGED:
            query, index = {"type": {"$in": types}}, BY_TYPE
    if index is None:
        upto = min(head, after + look)
    query["_id"] = {"$gt": after, "$lte": upto}
    async with answering():
        cursor = store.collection(COLLECTION).find(query, SHOWN).sort("_id", 1)
        if index is not None:
            cursor = cursor.hint(index)
        rows = await cursor.limit(top).to_list(top)
    events = [_kept(row) for row in rows]
    return Stretch(events, events[-1].position if len(events) == top else max(after, upto))


async def position_at(store: Store, at: datetime) -> int:
    """A position behind which is whatever the journal has kept since then."""
    rows = store.collection(COLLECTION)
    known, unknown = 0, await head(store) + 1
    while unknown - known > 1:
        middle = (known + unknown) // 2
        async with answering():
            row = await rows.find_one({"_id": middle}, {"time": 1, "kept_at": 1})
        if row is not None and (row.get("kept_at") or row["time"]) < at - CLOCKS_DIFFER:
            known = middle
        else:
            unknown = middle
    return known


async def read_some(store: Store, positions: Sequence[int]) -> dict[int, Kept]:
    """The events of these positions, by position."""
    query = {"_id": {"$in": list(positions)}}
    async with answering():
        rows = await store.collection(COLLECTION).find(query, SHOWN).to_list(len(positions))
    return {event.position: event for event in map(_kept, rows)}


def _kept(row: Document) -> Kept:
    return Kept(row["_id"], row["type"], row["subject"], row["body"])


def _matching(wanted: Wanted) -> Document:
    query: Document = {}
    if (expression := wanted.topics.expression) is not None:
        query["type"] = {"$regex": expression}
    if wanted.subject is not None:
        query["subject"] = wanted.subject
    elif wanted.collection is not None:
        query["subject"] = {"$gte": f"{wanted.collection}/", "$lt": f"{wanted.collection}0"}
    return query


async def _types_of(store: Store, wanted: Wanted) -> list[str]:
    """The types that there are of those wanted. Events of one type are about records of one collection."""
    async with answering():
        found = await store.collection(COLLECTION).aggregate(KINDS).to_list(None)
    subjects = {row["_id"]: row["subject"] for row in found}
    return [
        type_
        for type_ in wanted.topics.choose(subjects)
        if wanted.collection is None or subjects[type_].startswith(f"{wanted.collection}/")
    ]


def _row(envelope: Envelope, kept_at: datetime) -> Document:
    return {
        "event_id": envelope.id,
        "type": envelope.type,
        "subject": envelope.subject,
        "newness": newness(envelope),
        "time": envelope.time,
        "kept_at": kept_at,
        "actorid": envelope.actorid,
        "correlationid": envelope.correlationid,
        "causationid": envelope.causationid,
        "body": envelope.to_json(),
    }


def _portions(rows: Sequence[Document]) -> Iterator[list[Document]]:
    portion: list[Document] = []
    size = 0
    for row in rows:
        if portion and size + len(row["body"]) > LARGEST_APPEND:
            yield portion
            portion, size = [], 0
        portion.append(row)
        size += len(row["body"])
    if portion:
        yield portion
