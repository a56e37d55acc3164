"""Entries from before entries were of a kind are given theirs, once for each database."""

from collections import defaultdict
from typing import Final

from libs.store.errors import answering
from libs.store.scanning import pages
from libs.store.store import Store
from services.activity.timeline.model import kind_of
from services.activity.timeline.store import COLLECTION

DONE: Final = "timeline_completed"
"""Has a document once no entry lacks a kind: new ones have it from the beginning."""

_KINDS: Final = "kinds"
_DECIDES: Final = ("kind", "type", "subject", "changed")


async def complete_kinds(store: Store) -> None:
    """Two copies that do so at once do the same."""
    async with answering():
        if await store.collection(DONE).find_one({"_id": _KINDS}) is not None:
            return
    async for page in pages(store, COLLECTION, _DECIDES):
        lacking = defaultdict(list)
        for entry in page:
            if "kind" not in entry and "type" in entry:
                kind = kind_of(entry["type"], entry["subject"]["collection"], entry["changed"] or {})
                lacking[kind].append(entry["_id"])
        async with answering():
            for kind, ids in lacking.items():
                await store.collection(COLLECTION).update_many({"_id": {"$in": ids}}, {"$set": {"kind": kind}})
    async with answering():
        await store.collection(DONE).update_one({"_id": _KINDS}, {"$set": {}}, upsert=True)
