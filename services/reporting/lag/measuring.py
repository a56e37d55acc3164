"""How far a read model is behind the events it is built from."""

import asyncio
from typing import Any, Final

from libs.bus.bus import Bus
from libs.domain.refusals import Unavailable
from libs.store.clock import utc_now
from libs.store.store import Store
from services.reporting.lag.store import progress_of

ASKED_WITHIN: Final = 1.0
"""Seconds; figures come from the database, and wait no longer for the broker."""


async def lag_of(store: Store, bus: Bus, projection: str) -> dict[str, Any]:
    """`pending` events in the queue (None while the broker does not say) and `seconds` behind: 0 with none pending."""
    progress = await progress_of(store, projection)
    pending = await _pending(bus, projection)
    last = progress.get("last_event_at")
    behind = max(0.0, (utc_now() - last).total_seconds()) if last and pending else 0.0
    return {
        "projection": projection,
        "pending": pending,
        "seconds": None if pending is None else round(behind, 3),
        "last_event_at": last,
        "handled_at": progress.get("handled_at"),
    }


async def _pending(bus: Bus, projection: str) -> int | None:
    try:
        async with asyncio.timeout(ASKED_WITHIN):
            return (await bus.pending([projection]))[projection]
    except (Unavailable, TimeoutError):
        return None
