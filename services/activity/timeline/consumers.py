"""Everything that happens in any service, onto the timelines of the records that it is about."""

from collections.abc import Sequence

from libs.bus.definitions import projection
from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService
from libs.store.store import Store
from services.activity.relations import store as relations
from services.activity.timeline import store as timeline


async def forget_timeline(store: Store, restored: RestoredService) -> None:
    await timeline.forget_entries(store, restored)
    await relations.forget_relations(store, restored)


@projection("timeline", "sales.#", "marketing.#", "service.#", "activity.#", batch=500, forget=forget_timeline)
async def keep_timeline(store: Store, events: Sequence[Envelope]) -> None:
    await relations.keep_relations(store, events)
    await timeline.keep_entries(store, [event for event in events if not event.restates])
