"""The events as they were announced, each under its position."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from libs.contracts.envelope import Envelope
from libs.domain.record import Index
from libs.store.errors import answering
from libs.store.sequence import append_dense, last_position
from libs.store.store import Document, Store
from services.journal.events.model import Topics

COLLECTION: Final = "events"
INDEXES: Final = (Index(("event_id",), unique=True), Index(("subject",)))

LARGEST_APPEND: Final = 8 * 1024 * 1024
"""Bytes of bodies that one transaction writes, so that it ends well within the time the database allows."""

LONGEST_LOOK: Final = 5000
"""Events that one read looks through for the wanted ones."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An event with its position; `body` is the CloudEvent in JSON, on one line."""

    position: int
    type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Stretch:
    """The wanted events of a stretch of the journal, which ends with the position `end`."""

    events: list[Kept]
    end: int


async def append(store: Store, envelopes: Sequence[Envelope]) -> int:
    """Stores what is new; returns the last position."""
    last = 0
    for portion in _portions([_row(envelope) for envelope in envelopes]):
        last = await append_dense(store, COLLECTION, portion, unique="event_id")
    return last


async def head(store: Store) -> int:
    """The position of the last event; 0 where there is none."""
    return await last_position(store, COLLECTION)


async def read_stretch(
    store: Store,
    *,
    after: int,
    head: int,
    top: int,
    topics: Topics,
    subject: str | None = None,
    look: int = LONGEST_LOOK,
) -> Stretch:
    """Up to `top` of the next `look` events behind the position `after`, in order, and none behind `head`.

    The events of one `subject` are found by their index, however far apart they are.
    """
    upto = head if subject else min(head, after + look)
    query: Document = {"_id": {"$gt": after, "$lte": upto}}
    if topics.expression is not None:
        query["type"] = {"$regex": topics.expression}
    if subject is not None:
        query["subject"] = subject
    async with answering():
        rows = await store.collection(COLLECTION).find(query, {"type": 1, "body": 1}).sort("_id", 1).to_list(top)
    events = [Kept(row["_id"], row["type"], row["body"]) for row in rows]
    return Stretch(events, events[-1].position if len(events) == top else max(after, upto))


def _row(envelope: Envelope) -> Document:
    return {
        "event_id": envelope.id,
        "type": envelope.type,
        "subject": envelope.subject,
        "time": envelope.time,
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
