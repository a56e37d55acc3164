"""Removed records leave the database for good, after the time in which they could be restored."""

from datetime import timedelta
from typing import Final

from libs.store.clock import utc_now
from libs.store.errors import answering
from libs.store.store import Store

KEPT: Final = timedelta(days=30)


@answering()
async def purge(store: Store) -> None:
    """Deletes records that were removed long ago and whose events are all published."""
    long_ago = {"_deleted": {"$lt": utc_now() - KEPT}, "_pending": {"$exists": False}}
    for record in store.records:
        await store.collection(record.collection).delete_many(long_ago)
