"""The search of one copy of the service: its index, and how that is kept level with the journal."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from libs.contracts.envelope import Envelope
from libs.contracts.values import Value
from libs.domain.refusals import Unavailable
from libs.store.clock import utc_now
from libs.store.store import Store
from libs.telemetry.logs import logger
from services.journal.events import store as events
from services.journal.events.model import EVERYTHING
from services.journal.events.store import Kept
from services.journal.events.tail import Tail
from services.journal.restores.model import Restores
from services.journal.restores.store import read_restores
from services.journal.search.entries import BY_COLLECTION, entries_of, is_searchable
from services.journal.search.index import Result, SearchIndex
from services.journal.search.sight import Sight
from services.journal.search.store import newest_events, rebuilds
from services.journal.search.words import Number, Word

BATCH: Final = 500
GATHERED: Final = 0.2
MOST_GATHERED: Final = 1.0
"""Seconds from one look to the next, at least and at most. A commit costs ten milliseconds and more however little it
brings, so that in a rush a few large ones are worth the wait."""

SHARE: Final = 0.02
"""The share of its time that a copy spends on taking events in before it waits for more of them."""

IDLE: Final = 5.0
"""Seconds between two looks for a rebuild while nothing happens."""

AFTER_FAILURE: Final = 2.0

_log = logger()


class Lag(Value):
    """How many events the search of this copy has not taken in yet, and for how many seconds it has been behind."""

    pending: int
    seconds: float


class Searching:
    """Built anew at each start, and when somebody asks; until it is built nothing can be searched for."""

    def __init__(self, tail: Tail) -> None:
        self.position = 0
        self.rebuilds = 0
        self.built_at: datetime | None = None
        self.last_event_at: datetime | None = None
        self._tail = tail
        self._index: SearchIndex | None = None
        self._restores = Restores({})
        self._level_at = utc_now()

    @property
    def index(self) -> SearchIndex:
        """Raises `Unavailable` while there is none."""
        if self._index is None:
            raise Unavailable("the search is being built", retry_after=5)
        return self._index

    @property
    def lag(self) -> Lag:
        pending = max(0, self._tail.head - self.position)
        behind = (utc_now() - self._level_at).total_seconds() if pending else 0.0
        return Lag(pending=pending, seconds=round(behind, 3))

    async def find(self, terms: Sequence[Word | Number], sights: Sequence[Sight], *, top: int) -> Result:
        return await asyncio.to_thread(self.index.find, terms, sights, top=top)

    async def run(self, store: Store) -> None:
        """Until it is canceled."""
        while True:
            try:
                await self._turn(store)
            except Unavailable as error:
                _log.warning("search_waits", cause=repr(error))
                await asyncio.sleep(AFTER_FAILURE)
            except Exception as error:  # noqa: BLE001 - whatever it was, an index built anew knows nothing of it
                _log.error("search_failed", error=error)
                self._index = None
                await asyncio.sleep(AFTER_FAILURE)

    async def _turn(self, store: Store) -> None:
        asked = await rebuilds(store)
        if self._index is None or asked > self.rebuilds:
            await self._build(store)
            self.rebuilds = asked
        began = time.monotonic()
        await self._catch_up(store, self.index)
        await asyncio.sleep(gathering(time.monotonic() - began))
        await self._tail.beyond(self.position, within=IDLE)

    async def _build(self, store: Store) -> None:
        """Beside the one that answers meanwhile. What happens after the beginning is taken in once more, behind it."""
        began, head, index = utc_now(), await events.head(store), SearchIndex()
        restores = await read_restores(store)
        for collection in BY_COLLECTION:
            async for bodies in newest_events(store, collection):
                await asyncio.to_thread(_load, index, bodies, restores)
        await asyncio.to_thread(index.commit)
        self._tail.reached(head)
        self._index, self.position, self.built_at = index, head, began
        self._restores = restores
        _log.info("search_built", records=index.count(), seconds=(utc_now() - began).total_seconds())

    async def _catch_up(self, store: Store, index: SearchIndex) -> None:
        while True:
            head = self._tail.head
            stretch = await events.read_stretch(
                store, after=self.position, head=head, top=BATCH, wanted=EVERYTHING, look=BATCH
            )
            newest = await asyncio.to_thread(_apply, index, stretch.events, self._restores)
            self.last_event_at = newest or self.last_event_at
            self.position = stretch.end
            if self.position >= head:
                self._level_at = utc_now()
                return


def gathering(took: float) -> float:
    """Seconds for which events are gathered, when the last ones took so many to take in."""
    return min(MOST_GATHERED, max(GATHERED, took / SHARE))


def _load(index: SearchIndex, bodies: Iterable[bytes], restores: Restores) -> None:
    envelopes = map(Envelope.from_json, bodies)
    index.load(entries_of(each for each in envelopes if is_searchable(each.type) and not restores.has_vanished(each)))


def _apply(index: SearchIndex, kept: Iterable[Kept], restores: Restores) -> datetime | None:
    """Returns when the newest of them happened."""
    envelopes = [Envelope.from_json(event.body) for event in kept if is_searchable(event.type)]
    index.apply(entries_of(each for each in envelopes if not restores.has_vanished(each)))
    return max((envelope.time for envelope in envelopes), default=None)
