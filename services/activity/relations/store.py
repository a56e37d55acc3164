"""Where it is kept which records belong to which: one row for each record that belongs to others, as it is now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService
from libs.domain.record import Index
from libs.store.aliases import after_merges
from libs.store.errors import answering
from libs.store.projecting import forget_older, newest, newness, upsert_newest
from libs.store.store import Document, Store
from services.activity.relations.model import holders_among, holders_of, tells

COLLECTION: Final = "relations"
INDEXES: Final = (Index(("belongs_to", "at")),)

MOST: Final = 500
"""Records that are looked at for one timeline."""

_STEPS: Final = 4
"""From an account to those below it and those below them, to their contacts, and to what these are the customer of."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A record by all its ids, and the records that belong to it, as `<collection>/<id>`.

    Not `whole` where there are more than `MOST`: then those are left out that came to it longest ago.
    """

    subjects: Sequence[str]
    whole: bool = True


async def keep_relations(store: Store, events: Iterable[Envelope]) -> None:
    rows: dict[str, tuple[int, Document]] = {
        subject: (newness(event), {"belongs_to": holders_of(event), "at": event.time})
        for subject, event in newest(event for event in events if tells(event)).items()
    }
    await upsert_newest(store.collection(COLLECTION), rows)


async def forget_relations(store: Store, restored: RestoredService) -> None:
    """Forgets what the records of a service belonged to before it was set back, until they are told once more."""
    await forget_older(store.collection(COLLECTION), restored, {"belongs_to": []})


async def alone(store: Store, subject: str) -> Circle:
    """The record under its own id, and under those of the records that were merged into it."""
    return Circle(await after_merges(store, [subject]))


async def circle_of(store: Store, subject: str) -> Circle:
    """The record with all that belongs to it now, also by way of another."""
    step = await after_merges(store, [subject])
    circle, whole = dict.fromkeys(step), True
    for _ in range(_STEPS):
        belonging = await _belonging_to(store, holders_among(step))
        fresh = [each for each in belonging if each not in circle]
        room = max(MOST - len(circle), 0)
        whole = whole and len(belonging) <= MOST and len(fresh) <= room
        step = await after_merges(store, fresh[:room])
        circle |= dict.fromkeys(step)
    return Circle(list(circle), whole)


async def _belonging_to(store: Store, holders: Sequence[str]) -> list[str]:
    """At most one more than `MOST`, the latest first."""
    if not holders:
        return []
    query = {"belongs_to": {"$in": holders}}
    async with answering():
        cursor = store.collection(COLLECTION).find(query, {"_id": 1}).sort([("at", -1), ("_id", -1)])
        return [row["_id"] for row in await cursor.limit(MOST + 1).to_list(None)]
