"""Everything that happens in any service, onto the timelines of the records that it is about."""

from collections.abc import Sequence

from libs.bus.definitions import projection
from libs.contracts.envelope import Envelope
from libs.store.store import Store
from services.activity.timeline import store as timeline


@projection("timeline", "sales.#", "marketing.#", "service.#", "activity.#", batch=500, forget=timeline.forget_entries)
async def keep_timeline(store: Store, events: Sequence[Envelope]) -> None:
    await timeline.keep_entries(store, [event for event in events if not event.restates])
