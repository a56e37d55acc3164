"""What was received and waits to be handled."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from libs.bus.message import Delivery


class Buffer:
    """Between the broker's task, which must not work, and the workers. The prefetch of its subscription bounds it."""

    def __init__(self) -> None:
        self._deliveries: asyncio.Queue[Delivery] = asyncio.Queue()
        self._enough = asyncio.Event()
        self._wanted = 0

    def connected(self) -> None:
        """Drops what was lost with the connection before: it is delivered again."""
        for _ in range(self._deliveries.qsize()):
            delivery = self._deliveries.get_nowait()
            if not delivery.lost:
                self._deliveries.put_nowait(delivery)
            self._deliveries.task_done()

    def receive(self, delivery: Delivery) -> None:
        self._deliveries.put_nowait(delivery)
        if self._deliveries.qsize() >= self._wanted:
            self._enough.set()

    async def take(self) -> Delivery:
        """The next one; `done` must follow."""
        return await self._deliveries.get()

    async def take_batch(self, most: int, *, pause: Callable[[], float]) -> list[Delivery]:
        """At least one; waits up to `pause` seconds for `most` to be here. `done` must follow, for each."""
        batch = [await self._deliveries.get()]
        if self._deliveries.qsize() < most - 1:
            self._wanted = most - 1
            self._enough.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._enough.wait(), pause())
        batch += [self._deliveries.get_nowait() for _ in range(min(most - 1, self._deliveries.qsize()))]
        return batch

    def done(self, count: int = 1) -> None:
        for _ in range(count):
            self._deliveries.task_done()

    async def drained(self, *, within: float) -> bool:
        """Waits until nothing waits or is in hand; False if that took too long."""
        try:
            await asyncio.wait_for(self._deliveries.join(), within)
        except TimeoutError:
            return False
        return True
