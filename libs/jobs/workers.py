"""A bounded number of tasks that work on what can be taken."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from libs.jobs.leased import Hold
from libs.telemetry.logs import logger

_log = logger()


class Workers:
    """Takes again and again, as many as there are free hands, and handles each in a task of its own."""

    def __init__(
        self,
        name: str,
        take: Callable[[int], Awaitable[list[Hold]]],
        handle: Callable[[Hold], Awaitable[None]],
        *,
        most: int,
        poll_every: float,
    ) -> None:
        self._name = name
        self._take = take
        self._handle = handle
        self._most = most
        self._poll_every = poll_every
        self._hands: set[asyncio.Task[None]] = set()
        self._taking: asyncio.Task[None] | None = None
        self._stopping = False
        self._changed = asyncio.Event()

    def start(self) -> None:
        self._taking = asyncio.create_task(self._run(), name=f"taking {self._name}")

    async def stop(self, *, within: float = 0.0) -> None:
        """Takes nothing more, and waits a while for what is in hand; the rest is canceled."""
        self._stopping = True
        self._changed.set()
        if self._taking is not None:
            await self._taking
        if self._hands:
            await asyncio.wait(self._hands, timeout=within)
        for task in self._hands:
            task.cancel()
        if self._hands:
            await asyncio.wait(self._hands)

    async def _run(self) -> None:
        while not self._stopping:
            self._changed.clear()
            free = self._most - len(self._hands)
            taken = await self._taken(free) if free else 0
            # where all hands are full there may be more to take, as soon as one is free
            await self._change(within=None if taken == free else self._poll_every)

    async def _change(self, *, within: float | None) -> None:
        """Returns when a hand was freed, at a stop, or after the time given."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._changed.wait()

    async def _taken(self, most: int) -> int:
        try:
            holds = await self._take(most)
        except Exception as error:  # noqa: BLE001 - the database may be away; what is due stays due
            _log.warning("nothing_taken", what=self._name, error=error)
            return 0
        for hold in holds:
            task = asyncio.create_task(self._handled(hold), name=f"{self._name} {hold.id}")
            self._hands.add(task)
            task.add_done_callback(self._freed)
        return len(holds)

    async def _handled(self, hold: Hold) -> None:
        try:
            await self._handle(hold)
        except Exception as error:  # noqa: BLE001 - what was not settled is free again when its time is over
            _log.warning("not_settled", what=self._name, id=hold.id, error=error)

    def _freed(self, task: asyncio.Task[None]) -> None:
        self._hands.discard(task)
        self._changed.set()
