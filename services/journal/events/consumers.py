"""Every event of every service, journalled in batches."""

from collections.abc import Sequence
from typing import Final

from libs.bus.definitions import Projection, projection
from libs.contracts.envelope import Envelope
from libs.store import copies
from libs.store.store import Store
from services.journal.events import store as rows
from services.journal.events.model import PROJECTION
from services.journal.events.tail import Tail

BATCH: Final = 500


def journalling(tail: Tail) -> Projection:
    """The projection that gives events their positions and tells `tail`.

    Who may see a record is known before its event can be read, so that no reader passes over it in the meantime. What
    is only told once more has no position: nothing has happened, and what did happen is here.
    """

    @projection(PROJECTION, "#", batch=BATCH)
    async def keep_events(store: Store, envelopes: Sequence[Envelope]) -> None:
        await copies.keep_copies(store, envelopes)
        tail.reached(await rows.append(store, [each for each in envelopes if not each.restates]))

    return keep_events
