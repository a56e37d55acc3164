"""Where timelines are kept: one document for each event, found by the records that it is about."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self, TypeAlias

from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService
from libs.domain.record import Index
from libs.domain.refusals import InvalidFields
from libs.store.errors import answering
from libs.store.gathering import Contribution, gather
from libs.store.ids import id_before
from libs.store.mongo import Cursor
from libs.store.store import Document, Store
from services.activity.activities.model.kinds import AnyActivity
from services.activity.timeline.model import about, entry_of, view_of

COLLECTION: Final = "timeline"
_OF_ACTIVITIES: Final = ("subject.collection", AnyActivity.collection)
INDEXES: Final = (
    Index(("about", "at", "_id", "kind")),
    Index(("about", "kind", "at")),
    Index(("about", "at", "_id", "subject.collection"), only=_OF_ACTIVITIES),
)
"""Read backwards: a page is a piece of one of them. The first passes over kinds that are not asked for. The last has
activities of all types, which are many kinds.
"""

SCANS: Final = 200
"""As many stretches of an index the database merges as they are; of more it would read and sort all that they have."""

_MOST_PLACES: Final = 3
"""More than these of the index by kinds take longer than passing over the other kinds."""

Keys: TypeAlias = list[tuple[str, int]]

_BY_TIME: Final = [("about", 1), ("at", 1), ("_id", 1), ("kind", 1)]
_BY_KIND: Final = [("about", 1), ("kind", 1), ("at", 1), ("_id", 1)]
_ACTIVITIES: Final = [("about", 1), ("at", 1), ("_id", 1), ("subject.collection", 1)]
_NEWEST_FIRST: Final = [("at", -1), ("_id", -1)]
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a timeline: after the entry with this time and id. Ids of events sort by the time of the event."""

    at: datetime
    id: str

    @classmethod
    def parse(cls, cursor: str) -> Self:
        """Raises `InvalidFields` for anything but the text of a position."""
        try:
            at, _, id_ = urlsafe_b64decode(cursor.encode("ascii")).decode("ascii").partition("|")
            moment = datetime.fromisoformat(at)
        except (ValueError, binascii.Error):
            raise InvalidFields.at("after", "unknown_cursor", "must be taken from @odata.nextLink") from None
        return cls(moment if moment.tzinfo else moment.replace(tzinfo=UTC), id_)

    def __str__(self) -> str:
        return urlsafe_b64encode(f"{self.at.isoformat()}|{self.id}".encode("ascii")).decode("ascii")


@dataclass(frozen=True, slots=True)
class Part:
    """What lies after a position, in a range of the index and in its order."""

    query: Document
    order: Keys


@dataclass(frozen=True, slots=True)
class Place:
    """Part of the records and kinds that are asked for, and the index that has their entries in order."""

    query: Document
    index: Keys


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a timeline; `last` is where the next part begins, None at the end."""

    entries: list[dict[str, Any]]
    last: Position | None


async def keep_entries(store: Store, events: Sequence[Envelope]) -> None:
    """Adds events to the timelines of the records that they are about.

    What an event brought about belongs to its story: a campaign response is shown on the lead that it made. The effect
    says so, and may arrive before its cause: then the cause's document waits, without a time, for the cause itself.
    """
    rows: dict[str, Contribution] = {}
    for event in events:
        row = rows.setdefault(event.id, Contribution())
        row.fields = entry_of(event)
        row.members |= about(event)
        if event.causationid is not None:
            rows.setdefault(event.causationid, Contribution()).members.add(event.subject)
    await gather(store.collection(COLLECTION), rows, into="about")


async def forget_entries(store: Store, restored: RestoredService) -> None:
    """What a service told between the backup and its restore has not happened to what it has now."""
    between = {"$gte": id_before(restored.taken_at), "$lt": id_before(restored.restored_at)}
    its_own = {"_id": between, "type": {"$regex": rf"^{restored.service}\."}}
    await store.collection(COLLECTION).delete_many(its_own)


async def read_entries(
    store: Store, subjects: Sequence[str], *, top: int, after: Position | None, kinds: Sequence[str] = ()
) -> Piece:
    """What happened to any of `<collection>/<id>`, newest first; of the same millisecond, the later event first.

    Each entry once, whatever of it they are; with `kinds` only those of these kinds.
    """
    found: list[Document] = []
    async with answering():
        for part in parts_after(after):
            found += await _newest(store, places_of(subjects, kinds), part, wanted=top + 1 - len(found))
            if len(found) > top:
                break
    page = found[:top]
    last = Position(page[-1]["at"], page[-1]["_id"]) if page and len(found) > top else None
    return Piece([view_of(document["_id"], document) for document in page], last)


def parts_after(after: Position | None) -> Iterator[Part]:
    """One after the other."""
    if after is None:
        yield Part({}, _NEWEST_FIRST)
    else:
        yield Part({"at": after.at, "_id": {"$lt": after.id}}, _NEWEST_FIRST[1:])
        yield Part({"at": {"$lt": after.at}}, _NEWEST_FIRST)


def places_of(subjects: Sequence[str], kinds: Sequence[str]) -> Iterator[Place]:
    """Pieces of a timeline, each of as many stretches of an index as are merged at once."""
    if not kinds:
        yield from _stretches(subjects, {}, _BY_TIME)
        return
    rest = set(kinds)
    if rest.issuperset(AnyActivity.kinds):
        rest.difference_update(AnyActivity.kinds)
        yield from _stretches(subjects, dict([_OF_ACTIVITIES]), _ACTIVITIES)
    if rest:
        by_kind = len(subjects) * len(rest) <= SCANS * _MOST_PLACES
        wanted = {"kind": {"$in": sorted(rest)}}
        yield from _stretches(subjects, wanted, _BY_KIND if by_kind else _BY_TIME, each=len(rest) if by_kind else 1)


def _stretches(subjects: Sequence[str], wanted: Document, index: Keys, *, each: int = 1) -> Iterator[Place]:
    """So many stretches for `each` subject."""
    size = SCANS // each
    for start in range(0, len(subjects), size):
        yield Place({"about": {"$in": subjects[start : start + size]}, **wanted}, index)


async def _newest(store: Store, places: Iterable[Place], part: Part, *, wanted: int) -> list[Document]:
    """The newest entries of all places; once there are enough, a place is read as far as it has newer ones."""
    newest: list[Document] = []
    oldest = _BEGINNING
    for place in places:
        found = await cursor_of(store, place, part, since=oldest).limit(wanted).batch_size(wanted).to_list(None)
        each_once = {document["_id"]: document for document in (*newest, *found)}
        newest = sorted(each_once.values(), key=_position, reverse=True)[:wanted]
        if len(newest) == wanted:
            oldest = newest[-1]["at"]
    return newest


def _position(document: Document) -> tuple[datetime, str]:
    return document["at"], document["_id"]


def cursor_of(store: Store, place: Place, part: Part, *, since: datetime) -> Cursor:
    """Documents that wait for their event have no time and are not among these."""
    query = {**place.query, **part.query, "$and": [{"at": {"$gte": since}}]}
    return store.collection(COLLECTION).find(query).sort(part.order).hint(place.index)
