"""Where the ids of merged records lead, which every service keeps for good.

The owner writes its rows in the transaction of the merge, and announces each with a version; others keep the newest of
each, whatever order they come in. A row leads to the last survivor at once, so one look is enough and no chain of rows
can close a circle.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService
from libs.contracts.values import Alias
from libs.domain.record import Index
from libs.store.errors import answering
from libs.store.mongo import Document
from libs.store.projecting import forget_older, newness_of, upsert_newest

if TYPE_CHECKING:
    from libs.store.store import Store

COLLECTION: Final = "aliases"
INDEXES: Final = {COLLECTION: (Index(("to",)), Index(("into",), sparse=True), Index(("again_at",), sparse=True))}
"""To be built when the store is opened."""

_LEADING: Final = [{"$match": {"to": {"$gt": ""}}}, {"$project": {"to": 1}}]

SETTLED: Final = timedelta(seconds=60)
"""By then every command that may have begun without knowing of an alias has ended."""


def row_of(collection: str, alias: Alias, *, epoch: int, at: datetime) -> Document:
    """`again_at` is when what refers to the id is looked for once more."""
    to = f"{collection}/{alias.to}" if alias.to else None
    return {"to": to, "newness": newness_of(epoch, alias.version), "again_at": at + SETTLED}


async def keep_aliases(store: "Store", envelope: Envelope, aliases: Iterable[Alias], *, at: datetime) -> list[str]:
    """Keeps where these ids lead, unless it is known better; the subjects that they are of."""
    rows: dict[str, tuple[int, Document]] = {}
    for alias in aliases:
        row = row_of(envelope.collection, alias, epoch=envelope.epoch, at=at)
        rows[f"{envelope.collection}/{alias.id}"] = row.pop("newness"), row
    await upsert_newest(store.collection(COLLECTION), rows)
    return list(rows)


async def forget_aliases(store: "Store", restored: RestoredService) -> None:
    """After another service was set back: ids of its records lead to themselves, but for those that it has told since.

    What was moved by merges that are no more is moved back when it is looked for once more.
    """
    if restored.service != store.service:
        gone = {"to": None, "again_at": restored.restored_at}
        await forget_older(store.collection(COLLECTION), restored, gone)


async def aliases_of(store: "Store", subjects: Sequence[str]) -> Mapping[str, Sequence[Alias]]:
    """The ids that lead to each of these records of this service, as its events tell them."""
    if not subjects or subjects[0].partition("/")[0] not in store.mergeable:
        return {}
    async with answering():
        rows = await store.collection(COLLECTION).find({"to": {"$in": subjects}}, {"to": 1, "version": 1}).to_list(None)
    found = defaultdict(list)
    for row in rows:
        id_, to = (subject.partition("/")[2] for subject in (row["_id"], row["to"]))
        found[row["to"]].append(Alias(id=id_, to=to, version=row["version"]))
    return found


async def led_on(store: "Store", subjects: Iterable[str]) -> dict[str, str]:
    """Those of the subjects (`<collection>/<id>`) that lead elsewhere, and where to."""
    wanted = [subject for subject in subjects if subject.partition("/")[0] in store.mergeable]
    if not wanted:
        return {}
    query = {"_id": {"$in": wanted}, "to": {"$gt": ""}}
    async with answering():
        rows = await store.collection(COLLECTION).find(query, {"to": 1}).to_list(len(wanted))
    return {row["_id"]: row["to"] for row in rows}


def with_merges(field: str) -> list[Document]:
    """Stages that make the subjects in a field those `after_merges`, and add the rows that tell it to `aliases`."""
    led = {"from": COLLECTION, "localField": field, "foreignField": "_id", "pipeline": _LEADING, "as": "led"}
    others = {"from": COLLECTION, "localField": field, "foreignField": "to", "pipeline": _LEADING, "as": "others"}
    return [
        {"$lookup": led},
        {"$set": {field: {"$setDifference": [f"${field}", "$led._id"]}}},
        {"$lookup": others},
        {"$set": {field: {"$concatArrays": [f"${field}", "$others._id"]}}},
        {"$set": {"aliases": {"$concatArrays": ["$aliases", "$led", "$others"]}}},
    ]


def after_merges(subjects: Sequence[str], leads: Mapping[str, str]) -> list[str]:
    """The subjects without those that lead elsewhere, and with those that lead to one of the others."""
    staying = dict.fromkeys(subject for subject in subjects if subject not in leads)
    return [*staying, *(id_ for id_, to in leads.items() if to in staying)]
