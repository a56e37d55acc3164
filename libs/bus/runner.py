"""What empties a queue: a subscription, a buffer, and the tasks that work on it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from libs.bus.attempts import Suspects
from libs.bus.broker import Broker, Subscription
from libs.bus.buffer import Buffer
from libs.bus.definitions import Screen, unscreened
from libs.bus.message import Delivery
from libs.bus.recovery import Recovery
from libs.bus.settings import BusSettings
from libs.bus.tasks import end
from libs.bus.topology import Queue
from libs.store.store import Store
from libs.telemetry.logs import logger

Work: TypeAlias = Callable[[Buffer], Awaitable[None]]
Settle: TypeAlias = Callable[[Delivery], Awaitable[None]]

_log = logger()


@dataclass(frozen=True, slots=True)
class Equipment:
    """What all runners of a service share; `progress` tells how far its projections are, by their names."""

    store: Store
    broker: Broker
    settings: BusSettings
    recovery: Recovery
    suspects: Suspects
    screen: Screen = unscreened
    progress: dict[str, datetime] = field(default_factory=dict)


class Runner:
    """Runs `work` on what comes from `queue`, in `workers` tasks; `at_leisure` where it takes several at a time."""

    def __init__(
        self,
        broker: Broker,
        queue: Queue,
        work: Work,
        *,
        prefetch: int,
        drain_timeout: float,
        workers: int = 1,
        at_leisure: bool = False,
    ) -> None:
        self._broker = broker
        self._queue = queue
        self._work = work
        self._prefetch = prefetch
        self._drain_timeout = drain_timeout
        self._workers = workers
        self._at_leisure = at_leisure
        self._buffer = Buffer()
        self._tasks: list[asyncio.Task[None]] = []
        self._subscription: Subscription | None = None

    @property
    def queue(self) -> Queue:
        return self._queue

    @property
    def active(self) -> bool:
        return self._subscription is not None and self._subscription.active

    def start(self) -> None:
        self._subscription = self._broker.subscribe(
            self._queue, self._buffer, prefetch=self._prefetch, at_leisure=self._at_leisure
        )
        self._tasks = [asyncio.create_task(self._run(), name=f"bus {self._queue.name}") for _ in range(self._workers)]

    async def stop(self) -> None:
        """Receives nothing more, finishes what is in hand if that is possible in time, gives back the rest."""
        if self._subscription is None:
            return
        await self._subscription.cancel()
        if not await self._buffer.drained(within=self._drain_timeout):
            _log.warning("bus_not_drained", queue=self._queue.name)
        await end(self._tasks)
        await self._subscription.close()

    async def _run(self) -> None:
        await self._work(self._buffer)


def one_by_one(name: str, settle: Settle) -> Work:
    """Settles each delivery: acknowledges it, or sees to it that it is safe elsewhere."""

    async def work(buffer: Buffer) -> None:
        while True:
            delivery = await buffer.take()
            try:
                if not delivery.lost:
                    await settle(delivery)
            except Exception as error:  # noqa: BLE001 - a fault of the bus: the queue counts it
                _log.error("event_not_settled", consumer=name, event_id=delivery.message.id, error=error)
                await delivery.requeue()
            finally:
                buffer.done()

    return work
