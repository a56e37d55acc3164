"""Where timelines are kept: one document for each event, found by the records that it is about."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService
from libs.domain.record import Index
from libs.domain.refusals import InvalidFields
from libs.store.aliases import leading_to
from libs.store.errors import answering
from libs.store.gathering import Contribution, gather
from libs.store.ids import id_before
from libs.store.store import Document, Store
from services.activity.timeline.model import about, entry_of, view_of

COLLECTION: Final = "timeline"
INDEXES: Final = (Index(("about", "at")),)
"""Read backwards: a page of a timeline is a piece of this index."""

_NEWEST_FIRST: Final = (("at", -1), ("_id", -1))
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


async def read_entries(store: Store, subject: str, *, top: int, after: Position | None) -> Piece:
    """The timeline of `<collection>/<id>`, newest first; of the same millisecond, the later event first.

    With what happened to the records that were merged into this one.
    """
    found: list[Document] = []
    former = await leading_to(store, subject)
    about: object = {"$in": [subject, *former]} if former else subject
    async with answering():
        for part in _parts(after):
            query = {"about": about, **part}
            cursor = store.collection(COLLECTION).find(query).sort(list(_NEWEST_FIRST)).limit(top + 1 - len(found))
            found += await cursor.to_list(None)
            if len(found) > top:
                break
    page = found[:top]
    last = Position(page[-1]["at"], page[-1]["_id"]) if page and len(found) > top else None
    return Piece([view_of(document["_id"], document) for document in page], last)


def _parts(after: Position | None) -> Iterator[Document]:
    """Ranges of the index, one after the other; documents that wait for their event have no time and lie in none."""
    if after is None:
        yield {"at": {"$gte": _BEGINNING}}
    else:
        yield {"at": after.at, "_id": {"$lt": after.id}}
        yield {"at": {"$lt": after.at}}
