"""Broadcasts: what every copy of a service keeps in memory, loaded at each connect and kept current by events."""

import asyncio
from typing import Final

from libs.bus.broker import Broker, Subscription
from libs.bus.definitions import Broadcast, keys_of
from libs.bus.measures import handled
from libs.bus.message import Delivery
from libs.bus.pauses import pauses
from libs.bus.settings import BusSettings
from libs.bus.tasks import end
from libs.bus.topology import broadcast_queue
from libs.contracts.envelope import Envelope, MalformedEvent
from libs.telemetry.logs import logger

LONGEST_PAUSE: Final = 5.0

_log = logger()


class _Reload:
    """In place of a delivery: load everything before what follows."""


_RELOAD: Final = _Reload()


class Broadcasting:
    """One task reloads and handles in turn, so that an old state never overwrites a newer one."""

    def __init__(self, broadcast: Broadcast, service: str, broker: Broker, settings: BusSettings) -> None:
        self._broadcast = broadcast
        self._broker = broker
        self._settings = settings
        self._queue = broadcast_queue(service, broadcast.name, keys_of(broadcast.topics), settings)
        self._deliveries: asyncio.Queue[Delivery | _Reload] = asyncio.Queue()
        self._loaded = False
        self._subscription: Subscription | None = None
        self._worker: asyncio.Task[None] | None = None

    @property
    def active(self) -> bool:
        """Whether the state is loaded and events flow."""
        return self._subscription is not None and self._subscription.active and self._loaded

    def start(self) -> None:
        self._subscription = self._broker.subscribe(self._queue, self, prefetch=self._settings.prefetch)
        self._worker = asyncio.create_task(self._work(), name=f"bus {self._queue.name}")

    async def stop(self) -> None:
        if self._subscription is not None and self._worker is not None:
            await end([self._worker])
            await self._subscription.close()

    def connected(self) -> None:
        """The queue is new and empty: all that was announced before it is in what gets loaded."""
        self._loaded = False
        while not self._deliveries.empty():
            self._deliveries.get_nowait()
        self._deliveries.put_nowait(_RELOAD)

    def receive(self, delivery: Delivery) -> None:
        self._deliveries.put_nowait(delivery)

    async def _work(self) -> None:
        while True:
            delivery = await self._deliveries.get()
            if isinstance(delivery, _Reload):
                await self._reload()
            else:
                await self._handle(delivery)
                await delivery.ack()

    async def _reload(self) -> None:
        """Tries until it succeeds: without its state this copy would answer wrongly."""
        waits = pauses(self._settings.first_pause, LONGEST_PAUSE)
        while self._broadcast.on_connect is not None:
            try:
                await self._broadcast.on_connect()
            except Exception as error:  # noqa: BLE001 - whatever it was, there is no going on without the state
                _log.warning("broadcast_reload_failed", broadcast=self._broadcast.name, error=error)
                await asyncio.sleep(next(waits))
            else:
                break
        self._loaded = True

    async def _handle(self, delivery: Delivery) -> None:
        try:
            envelope = Envelope.from_json(delivery.message.body)
        except MalformedEvent as error:
            _log.error("broadcast_malformed", broadcast=self._broadcast.name, error=error)
            return
        try:
            await self._broadcast.handle(envelope)
        except Exception as error:  # noqa: BLE001 - what it missed, it gets by loading everything
            _log.warning("broadcast_failed", broadcast=self._broadcast.name, event_id=envelope.id, error=error)
            await self._reload()
        else:
            handled(self._broadcast.name, envelope.type).inc()
