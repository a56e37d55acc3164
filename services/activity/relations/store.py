"""Where it is kept which records belong to which: one row for each record that belongs to others, as it is now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService
from libs.domain.record import Index
from libs.store.aliases import after_merges, with_merges
from libs.store.errors import answering
from libs.store.projecting import forget_older, newest, newness, upsert_newest
from libs.store.store import Document, Store
from services.activity.relations.model import holders_of, tells

COLLECTION: Final = "relations"
INDEXES: Final = (Index(("belongs_to", "at")),)

MOST: Final = 500
"""Records that are looked at for one timeline."""

_STEPS: Final = 4
"""From an account to those below it and those below them, to their contacts, and to what these are the customer of."""

_LATEST: Final = [{"$sort": {"at": -1, "_id": -1}}, {"$limit": MOST + 1}, {"$project": {"_id": 1}}]
_NEXT: Final[list[Document]] = [
    {"$set": {"circle": {"$setUnion": ["$circle", "$step"]}}},
    {
        "$lookup": {
            "from": COLLECTION,
            "localField": "step",
            "foreignField": "belongs_to",
            "pipeline": _LATEST,
            "as": "found",
        }
    },
    {"$set": {"belonging": {"$concatArrays": ["$belonging", ["$found._id"]]}}},
    {"$set": {"step": {"$setDifference": ["$found._id", "$circle"]}}},
    *with_merges("step"),
]
"""From the records of one step to those that belong to them; of too many to the latest, and one more."""
_ANSWER: Final[Document] = {"$project": {"belonging": 1, "aliases": 1}}


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
    return await _circle(store, subject, steps=0)


async def circle_of(store: Store, subject: str) -> Circle:
    """The record with all that belongs to it now, also by way of another."""
    return await _circle(store, subject, steps=_STEPS)


async def _circle(store: Store, subject: str, *, steps: int) -> Circle:
    async with answering():
        [found] = await store.database.aggregate(question(subject, steps=steps)).to_list(1)
    leads = {alias["_id"]: alias["to"] for alias in found["aliases"]}
    circle, whole = dict.fromkeys(after_merges([subject], leads)), True
    for belonging in found["belonging"]:
        fresh = [each for each in belonging if each not in circle]
        room = max(MOST - len(circle), 0)
        whole = whole and len(belonging) <= MOST and len(fresh) <= room
        circle |= dict.fromkeys(after_merges(fresh[:room], leads))
    return Circle(list(circle), whole)


def question(subject: str, *, steps: int) -> list[Document]:
    """What belongs to a record, in `belonging` a list for each step, and the `aliases` of all of it.

    One question: to ask anew at each step takes most of the time that there is for a page.
    """
    beginning = {"step": {"$literal": [subject]}, "circle": [], "belonging": [], "aliases": []}
    return [{"$documents": [beginning]}, *with_merges("step"), *(_NEXT * steps), _ANSWER]
