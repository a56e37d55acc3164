"""Removed records leave the database for good, after the time in which they could be restored."""

from datetime import timedelta
from typing import Final

from libs.store.clock import utc_now
from libs.store.documents import CLAIMS, MATCH
from libs.store.errors import answering
from libs.store.inbox import keep_marks
from libs.store.keys import owned_by, pass_on
from libs.store.mongo import Collection, Document
from libs.store.store import Store

KEPT: Final = timedelta(days=30)
_AT_ONCE: Final = 500


@answering()
async def purge(store: Store) -> None:
    """Deletes records that were removed long ago and whose events are all published; not those that were merged."""
    long_ago = {"_deleted": {"$lt": utc_now() - KEPT}, "_pending": {"$exists": False}, "_merged": None}
    for record in store.records:
        await _purge(store, store.collection(record.collection), long_ago)


async def _purge(store: Store, collection: Collection, query: Document) -> None:
    """What the records are found by as duplicates is passed on to others who have it."""
    while doomed := await collection.find(query, {MATCH: 1, CLAIMS: 1}).limit(_AT_ONCE).to_list(_AT_ONCE):
        await keep_marks(store, doomed)
        await collection.delete_many({**query, "_id": {"$in": [document["_id"] for document in doomed]}})
        await pass_on(collection, [key for document in doomed for key in owned_by(document)])
