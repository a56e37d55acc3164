"""Publishing what the relay could not: after a crash, an absence of the broker, an overload.

One copy of a service has the duty, by a lease; should two for a moment, events arrive twice, which consumers expect.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from libs.bus.broker import Broker, Flow
from libs.bus.measures import swept
from libs.bus.pauses import pauses
from libs.bus.publishing import publish_all
from libs.bus.relay import Relay
from libs.bus.settings import BusSettings
from libs.bus.tasks import end
from libs.store.ids import new_id
from libs.store.leases import Grant
from libs.store.outbox import Pending
from libs.store.store import Store
from libs.telemetry.logs import logger

LEASE: Final = "sweeper"
LONGEST_PAUSE: Final = 10.0

_log = logger()


class Sweeper:
    """`elected` tells whether this copy has the duty."""

    def __init__(self, store: Store, broker: Broker, relay: Relay, settings: BusSettings) -> None:
        self._store = store
        self._broker = broker
        self._relay = relay
        self._settings = settings
        self._holder = new_id()
        self._grant: Grant | None = None
        self._asks_again_at = 0.0
        self._task = asyncio.create_task(self._run(), name="bus sweeper")

    @property
    def elected(self) -> bool:
        return self._grant is not None

    async def close(self) -> None:
        await end([self._task])
        if self._grant is not None:
            await self._store.leases.release(self._grant)

    async def _run(self) -> None:
        waits = pauses(self._settings.sweep_every, LONGEST_PAUSE)
        while True:
            try:
                went_well = await self._sweep()
            except Exception as error:  # noqa: BLE001 - the database may be away; the duty remains
                _log.warning("sweep_failed", error=error)
                went_well = False
            if went_well:
                waits = pauses(self._settings.sweep_every, LONGEST_PAUSE)
                await asyncio.sleep(self._settings.sweep_every)
            else:
                await asyncio.sleep(next(waits))

    async def _sweep(self) -> bool:
        """Page by page until nothing waits; False if the broker did not take all."""
        while self._broker.flow is Flow.OPEN and await self._has_duty():
            waiting = await self._store.outbox.pending(
                older_than=timedelta(seconds=self._settings.sweep_age), limit=self._settings.sweep_page
            )
            page = [event for event in waiting if not self._relay.holds(event.event_id)]
            if not page:
                return True
            confirmed = await self._published(page)
            swept().inc(len(confirmed))
            await self._store.outbox.clear(confirmed)
            if len(confirmed) < len(page):
                return False
        return True

    async def _published(self, page: Sequence[Pending]) -> list[Pending]:
        """Those that the broker has confirmed, in portions that fit its window; none after one that it did not take."""
        confirmed: list[Pending] = []
        window = self._settings.publish_window
        for portion in (page[start : start + window] for start in range(0, len(page), window)):
            taken = await publish_all(self._broker, portion, self._settings)
            confirmed += taken
            if len(taken) < len(portion):
                break
        return confirmed

    async def _has_duty(self) -> bool:
        """Takes the lease, or prolongs it when a third of it is over."""
        now = asyncio.get_running_loop().time()
        if now >= self._asks_again_at:
            lease = timedelta(seconds=self._settings.lease)
            self._grant = await self._store.leases.acquire(LEASE, self._holder, lease)
            self._asks_again_at = now + self._settings.lease / 3
        return self._grant is not None
