"""Events that wait for the broker's word. They lie in the document that changed, written with the change itself.

An event too large for that, or one that meets a full document, lies in the collection `outbox` instead, written in the
same transaction. Publishing is the relay's task (libs/bus); this module gives it what waits and clears what is done.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from pymongo import UpdateMany

from libs.domain.refusals import EventTooLarge
from libs.store.clock import utc_now
from libs.store.errors import answering
from libs.store.mongo import Database, Document

MOST_EMBEDDED: Final = 32
"""Events that may wait in one document."""

LARGEST_EMBEDDED: Final = 32 * 1024
"""Bytes; with `MOST_EMBEDDED` it keeps a document's outbox under 1 MiB."""

LARGEST_EVENT: Final = 256 * 1024

OVERFLOW: Final = "outbox"

CLEARED_TOGETHER: Final = 50
"""Records."""


@dataclass(frozen=True, slots=True)
class Pending:
    """One event on its way: where it waits, and the message."""

    collection: str
    record_id: str
    event_id: str
    type: str
    body: bytes
    stored_in: Literal["document", "outbox"] = "document"

    def embedded(self) -> Document:
        return {"id": self.event_id, "type": self.type, "body": self.body}


def refuse_too_large(events: Sequence[Pending]) -> None:
    for event in events:
        if len(event.body) > LARGEST_EVENT:
            raise EventTooLarge(
                f"{event.type} would be {len(event.body)} bytes of at most {LARGEST_EVENT}; "
                "keep large bodies beside the record"
            )


def room_for(count: int) -> Document:
    """The filter that keeps a document's outbox within its bound."""
    return {f"_outbox.{MOST_EMBEDDED - count}": {"$exists": False}}


def _clearing(published: Mapping[str, Sequence[str]]) -> Iterator[UpdateMany]:
    """Updates that take published events, by record, out of their documents.

    Each has few of them: the database looks through the whole list for every event that it meets.
    """
    records = list(published)
    for start in range(0, len(records), CLEARED_TOGETHER):
        some = records[start : start + CLEARED_TOGETHER]
        yield UpdateMany({"_id": {"$in": some}}, _without([id for record in some for id in published[record]]))


def _without(published: Sequence[str]) -> list[Document]:
    """A pipeline update: takes published events out, keeps later ones, and `_pending` only if one is left."""
    left = {"$filter": {"input": "$_outbox", "cond": {"$not": {"$in": ["$$this.id", published]}}}}
    empty = {"$eq": [{"$size": {"$ifNull": ["$_outbox", []]}}, 0]}
    return [
        {"$set": {"_outbox": left}},
        {
            "$set": {
                "_pending": {"$cond": [empty, "$$REMOVE", "$_pending"]},
                "_outbox": {"$cond": [empty, "$$REMOVE", "$_outbox"]},
            }
        },
    ]


class Outbox:
    """What waits in one service's database. `collections` are those of its records."""

    def __init__(self, database: Database, collections: Sequence[str]) -> None:
        self._database = database
        self._kept = {OVERFLOW: "at", **dict.fromkeys(collections, "_pending")}
        self.on_commit: Callable[[Sequence[Pending]], None] = lambda _events: None

    @answering()
    async def pending(self, older_than: timedelta, limit: int) -> list[Pending]:
        """The longest waiting events, at most `limit` documents of each collection."""
        before = {"$lt": utc_now() - older_than}
        found: list[Pending] = []
        for name in await self._with_any(before):
            since = self._kept[name]
            shown = None if name == OVERFLOW else {"_outbox": 1}
            cursor = self._database[name].find({since: before}, shown).sort(since, 1).limit(limit)
            for document in await cursor.to_list(limit):
                found += _events_in(name, document)
        return found

    async def _with_any(self, before: Document) -> list[str]:
        """Collections in which events wait, found in one operation: mostly there are none."""
        looks: dict[str, list[Document]] = {
            name: [{"$match": {since: before}}, {"$limit": 1}, {"$project": {"_id": 0, "name": {"$literal": name}}}]
            for name, since in self._kept.items()
        }
        pipeline = looks.pop(OVERFLOW)
        pipeline += [{"$unionWith": {"coll": name, "pipeline": look}} for name, look in looks.items()]
        rows = await self._database[OVERFLOW].aggregate(pipeline).to_list(None)
        return [row["name"] for row in rows]

    @answering()
    async def clear(self, published: Sequence[Pending]) -> None:
        """Forgets events that the broker has confirmed; those that came later stay."""
        embedded: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        overflown: list[str] = []
        for event in published:
            if event.stored_in == "outbox":
                overflown.append(event.event_id)
            else:
                embedded[event.collection][event.record_id].append(event.event_id)
        for name, records in embedded.items():
            await self._database[name].bulk_write(list(_clearing(records)), ordered=False)
        if overflown:
            await self._database[OVERFLOW].delete_many({"_id": {"$in": overflown}})

    @answering()
    async def depth(self) -> dict[str, Any]:
        """How many documents have events waiting, and since when the oldest does."""
        found = await asyncio.gather(*(self._waiting(name, since) for name, since in self._kept.items()))
        times = [oldest for _, oldest in found if oldest is not None]
        return {"waiting": sum(count for count, _ in found), "oldest": min(times, default=None)}

    async def _waiting(self, collection: str, since: str) -> tuple[int, datetime | None]:
        """Found in a sparse index, or in that of a collection which holds nothing else."""
        documents, waits = self._database[collection], {since: {"$exists": True}}
        count, first = await asyncio.gather(
            documents.count_documents(waits, hint=[(since, 1)]),
            documents.find_one(waits, {since: 1}, sort=[(since, 1)]),
        )
        return count, first[since] if first else None


def _events_in(collection: str, document: Document) -> list[Pending]:
    if collection == OVERFLOW:
        return [_overflown(document)]
    record_id, waiting = document["_id"], document.get("_outbox", ())
    return [Pending(collection, record_id, event["id"], event["type"], event["body"]) for event in waiting]


def _overflown(document: Document) -> Pending:
    return Pending(
        document["collection"],
        document["record_id"],
        document["_id"],
        document["type"],
        document["body"],
        "outbox",
    )


def overflow_document(event: Pending, at: datetime) -> Document:
    return {
        "_id": event.event_id,
        "collection": event.collection,
        "record_id": event.record_id,
        "type": event.type,
        "body": event.body,
        "at": at,
    }
