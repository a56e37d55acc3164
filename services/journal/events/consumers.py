"""Every event of every service, journalled in batches."""

from collections.abc import Sequence
from typing import Final

from libs.bus.definitions import Projection, projection
from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService
from libs.store import copies
from libs.store.store import Store
from services.journal.events import store as rows
from services.journal.events.model import PROJECTION
from services.journal.events.tail import Tail
from services.journal.restores.store import keep_restore
from services.journal.search.store import ask_for_rebuild

BATCH: Final = 500


def journalling(tail: Tail) -> Projection:
    """The projection that gives events their positions and tells `tail`.

    Who may see a record is known before its event can be read, so that no reader passes over it in the meantime. What
    is only told once more has no position: nothing has happened, and what did happen is here. What a restore from
    backup has made other than it was told is kept.
    """

    async def forget(store: Store, restored: RestoredService) -> None:
        await copies.forget_copies(store, restored)
        await keep_restore(store, restored)
        tail.reached(await rows.append(store, [restored.told]))
        await ask_for_rebuild(store)

    @projection(PROJECTION, "#", batch=BATCH, forget=forget)
    async def keep_events(store: Store, envelopes: Sequence[Envelope]) -> None:
        await copies.keep_copies(store, envelopes)
        happened = [each for each in envelopes if not each.restates]
        recovered = await rows.newer(store, [each for each in envelopes if each.recovers])
        tail.reached(await rows.append(store, [*happened, *recovered]))

    return keep_events
