"""Publishing what was just committed, from memory, at once.

Nothing depends on it: an event that the relay does not get rid of lies in the outbox, and the sweeper finds it there.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial

from libs.bus.broker import Broker, Flow
from libs.bus.measures import not_published, published
from libs.bus.message import Message
from libs.bus.publishing import message_of
from libs.bus.settings import BusSettings
from libs.bus.tasks import end
from libs.store.outbox import Outbox, Pending
from libs.telemetry.logs import logger
from libs.telemetry.tracing import current_traceparent

_log = logger()


class Relay:
    """At most `publish_window` publications in flight and `relay_backlog` events waiting."""

    def __init__(self, outbox: Outbox, broker: Broker, settings: BusSettings) -> None:
        self._outbox = outbox
        self._broker = broker
        self._settings = settings
        self._backlog: deque[tuple[Pending, Message]] = deque()
        self._in_flight = 0
        self._held: set[str] = set()
        self._confirmed: list[Pending] = []
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._clearer = asyncio.create_task(self._clear(), name="bus relay")
        outbox.on_commit = self.accept

    def accept(self, committed: Sequence[Pending]) -> None:
        """Takes events that were just committed; those beyond the bounds, and unheard ones, are left to the sweeper."""
        if self._broker.flow is Flow.UNHEARD:
            not_published("unheard").inc(len(committed))
            return
        traceparent = current_traceparent()
        for event in committed:
            if self._in_flight < self._settings.publish_window:
                self._held.add(event.event_id)
                self._send(event, message_of(event, traceparent))
            elif len(self._backlog) < self._settings.relay_backlog:
                self._held.add(event.event_id)
                self._backlog.append((event, message_of(event, traceparent)))
            else:
                not_published("overload").inc()

    def holds(self, event_id: str) -> bool:
        """Whether the relay is busy with this event, so that the sweeper need not be."""
        return event_id in self._held

    async def close(self) -> None:
        """Takes nothing more and finishes what it has, if that is possible in time."""
        self._outbox.on_commit = lambda _events: None
        try:
            await asyncio.wait_for(self._idle.wait(), self._settings.drain_timeout)
        except TimeoutError:
            _log.warning("relay_not_drained", events=len(self._held))
        await end([self._clearer])
        await self._forget_confirmed()

    def _send(self, event: Pending, message: Message) -> None:
        self._in_flight += 1
        self._idle.clear()
        confirmation = self._broker.send(message, exchange=self._settings.exchange, key=event.type)
        confirmation.add_done_callback(partial(self._landed, event))

    def _landed(self, event: Pending, confirmation: asyncio.Future[None]) -> None:
        self._in_flight -= 1
        if confirmation.exception() is None:
            published(event.type).inc()
            self._confirmed.append(event)
            self._wake.set()
        else:
            not_published("refused").inc()
            self._held.discard(event.event_id)
        if self._broker.flow is Flow.UNHEARD:
            self._held.difference_update(event.event_id for event, _ in self._backlog)
            self._backlog.clear()
        if self._backlog:
            self._send(*self._backlog.popleft())
        elif not self._in_flight:
            self._idle.set()

    async def _clear(self) -> None:
        """Lets the outbox forget confirmed events, many in one write."""
        while True:
            await self._wake.wait()
            if len(self._confirmed) < self._settings.clear_batch:
                await asyncio.sleep(self._settings.clear_after)
            self._wake.clear()
            await self._forget_confirmed()

    async def _forget_confirmed(self) -> None:
        confirmed, self._confirmed = self._confirmed, []
        if not confirmed:
            return
        try:
            await self._outbox.clear(confirmed)
        except Exception as error:  # noqa: BLE001 - whatever ails the database, the sweeper will publish them once more
            _log.warning("outbox_not_cleared", events=len(confirmed), error=error)
        finally:
            self._held.difference_update(event.event_id for event in confirmed)
