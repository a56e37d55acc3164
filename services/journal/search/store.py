"""What the search reads of the journal: the newest event of each record, and who asked for a rebuild."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from libs.store.errors import answering
from libs.store.sequence import draw, last_position
from libs.store.store import Document, Store
from services.journal.events.store import BY_VERSION, COLLECTION

REBUILDS: Final = "search_rebuilds"
PAGE: Final = 1000


async def newest_events(store: Store, collection: str, *, page: int = PAGE) -> AsyncIterator[list[bytes]]:
    """The newest event of each record of a collection, as CloudEvents in JSON, in pages."""
    before = f"{collection}0"
    while rows := await _rows(store, newest_before(before, of=collection, most=page)):
        yield [row["body"] for row in rows]
        before = rows[-1]["_id"]


def newest_before(before: str, *, of: str, most: int) -> list[Document]:
    """One step backwards through the index for each record, which is also the order in which they come."""
    return [
        {"$match": {"subject": {"$gt": f"{of}/", "$lt": before}}},
        {"$sort": {"subject": -1, "newness": -1}},
        {"$group": {"_id": "$subject", "body": {"$first": "$body"}}},
        {"$limit": most},
    ]


async def _rows(store: Store, pipeline: list[Document]) -> Sequence[Document]:
    async with answering():
        return await store.collection(COLLECTION).aggregate(pipeline, hint=dict(BY_VERSION)).to_list(None)


async def ask_for_rebuild(store: Store) -> int:
    """Returns how many have been asked for, which each copy compares with what it has done."""
    return await draw(store, REBUILDS)


async def rebuilds(store: Store) -> int:
    return await last_position(store, REBUILDS)
