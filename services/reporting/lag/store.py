"""What each read model has taken in last."""

from collections.abc import Sequence
from typing import Final

from libs.contracts.envelope import Envelope
from libs.store.clock import utc_now
from libs.store.errors import answering
from libs.store.store import Document, Store

COLLECTION: Final = "progress"


async def note_progress(store: Store, projection: str, envelopes: Sequence[Envelope]) -> None:
    """Remembers the newest event that a projection has taken in."""
    newest = max(envelope.time for envelope in envelopes)
    update = {"$max": {"last_event_at": newest}, "$set": {"handled_at": utc_now()}}
    await store.collection(COLLECTION).update_one({"_id": projection}, update, upsert=True)


async def progress_of(store: Store, projection: str) -> Document:
    """`last_event_at` and `handled_at`; empty for one that has taken in nothing yet."""
    async with answering():
        return await store.collection(COLLECTION).find_one({"_id": projection}) or {}
