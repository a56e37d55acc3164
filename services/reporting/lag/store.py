"""How far a read model is behind the events it is built from."""

from collections.abc import Sequence
from typing import Any, Final

from libs.bus.bus import Bus
from libs.bus.topology import queue_name
from libs.contracts.envelope import Envelope
from libs.store.clock import utc_now
from libs.store.errors import answering
from libs.store.store import Store

COLLECTION: Final = "progress"


async def note_progress(store: Store, projection: str, envelopes: Sequence[Envelope]) -> None:
    """Remembers the newest event that a projection has taken in."""
    newest = max(envelope.time for envelope in envelopes)
    update = {"$max": {"last_event_at": newest}, "$set": {"handled_at": utc_now()}}
    await store.collection(COLLECTION).update_one({"_id": projection}, update, upsert=True)


async def lag_of(store: Store, bus: Bus, projection: str) -> dict[str, Any]:
    """`pending` events in the queue (None while the broker does not say) and `seconds` behind: 0 with none pending."""
    async with answering():
        progress = await store.collection(COLLECTION).find_one({"_id": projection}) or {}
    queue = queue_name(store.service, projection)
    pending = (await bus.depths()).get(queue)
    last = progress.get("last_event_at")
    behind = max(0.0, (utc_now() - last).total_seconds()) if last and pending else 0.0
    return {
        "projection": projection,
        "pending": pending,
        "seconds": None if pending is None else round(behind, 3),
        "last_event_at": last,
        "handled_at": progress.get("handled_at"),
    }
