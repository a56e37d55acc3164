"""Everything that happens in any service, onto the timelines of the records that it is about.

What is kept of these records themselves follows the same events, so it does without a queue of its own.
"""

from collections.abc import Sequence

from libs.bus.definitions import projection
from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService
from libs.store import copies
from libs.store.store import Store
from services.activity.relations import store as relations
from services.activity.timeline import store as timeline


async def forget_timeline(store: Store, restored: RestoredService) -> None:
    await timeline.forget_entries(store, restored)
    await relations.forget_relations(store, restored)
    await copies.forget_copies(store, restored)


@projection("timeline", "sales.#", "marketing.#", "service.#", "activity.#", batch=500, forget=forget_timeline)
async def keep_timeline(store: Store, events: Sequence[Envelope]) -> None:
    await copies.keep_copies(store, events)
    await relations.keep_relations(store, events)
    await timeline.keep_entries(store, [event for event in events if not event.restates])
