"""The events of one record, found by the order in which they happened to it.

That is the order of its versions. Neither positions nor times have it: events overtake one another on their way here,
and the clocks of two copies of a service differ.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from libs.contracts.envelope import Envelope
from libs.store.copies import known_copies
from libs.store.errors import answering
from libs.store.store import Document, Store
from services.journal.events.store import BY_VERSION, COLLECTION
from services.journal.history.model import USERS, Place, Told

NEWEST_FIRST: Final = [(name, -1) for name, _ in BY_VERSION[1:]]
_BODY: Final = {"body": 1}


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a history; `last` is where the next part begins, None at its end."""

    events: list[Told]
    last: Place | None


async def read_history(store: Store, subject: str, *, top: int, after: Place | None) -> Piece:
    """The events of `<collection>/<id>`, the last one first."""
    found: list[Document] = []
    async with answering():
        for part in _parts(after):
            query = {"subject": subject, **part}
            cursor = store.collection(COLLECTION).find(query, {**_BODY, "newness": 1}).sort(NEWEST_FIRST)
            found += await cursor.hint(BY_VERSION).limit(top + 1 - len(found)).to_list(None)
            if len(found) > top:
                break
    page = found[:top]
    last = Place(page[-1]["newness"], page[-1]["_id"]) if len(found) > top else None
    return Piece([Told(row["_id"], Envelope.from_json(row["body"])) for row in page], last)


def _parts(after: Place | None) -> Iterator[Document]:
    """Ranges of the index, one after the other. What one save announced has one version and one time."""
    if after is None:
        yield {}
    else:
        yield {"newness": after.newness, "_id": {"$lt": after.position}}
        yield {"newness": {"$lt": after.newness}}


async def last_event(store: Store, subject: str, *, until: datetime | None = None) -> Envelope | None:
    """The event with the newest version of the record, or with the newest that it had at a time."""
    query: Document = {"subject": subject} if until is None else {"subject": subject, "time": {"$lte": until}}
    async with answering():
        cursor = store.collection(COLLECTION).find(query, _BODY).sort(NEWEST_FIRST).hint(BY_VERSION).limit(1)
        rows = await cursor.to_list(1)
    return Envelope.from_json(rows[0]["body"]) if rows else None


async def names_of(store: Store, user_ids: Iterable[str]) -> dict[str, str]:
    """What users are called, as far as the journal has heard, by their ids."""
    rows = await known_copies(store, {f"{USERS}/{user_id}" for user_id in user_ids})
    return {subject.removeprefix(f"{USERS}/"): row["name"] for subject, row in rows.items()}
