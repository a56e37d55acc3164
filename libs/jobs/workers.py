"""A bounded number of tasks that work on what can be taken."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from libs.domain.refusals import Unavailable
from libs.jobs.leased import Hold
from libs.store.clock import utc_now
from libs.store.mongo import Document
from libs.telemetry.logs import logger

_NEVER: Final = datetime.max.replace(tzinfo=UTC)

_log = logger()


class Workers:
    """Takes again and again, as many as there are free hands, and handles each in a task of its own.

    Looks every `poll_every` seconds. Where it knows when the next is free, it looks just then, at the latest after
    `look_every`: another copy may have put something there of which this one does not `hear`.
    """

    def __init__(
        self,
        name: str,
        take: Callable[[int], Awaitable[list[Hold]]],
        handle: Callable[[Hold], Awaitable[None]],
        *,
        most: int,
        poll_every: float,
        look_every: float | None = None,
        free_in: Callable[[], Awaitable[float | None]] | None = None,
    ) -> None:
        self._name = name
        self._take = take
        self._handle = handle
        self._most = most
        self._poll_every = poll_every
        self._look_every = look_every or poll_every
        self._free_in = free_in
        self._looks_at = _NEVER
        self._hands: set[asyncio.Task[None]] = set()
        self._taking: asyncio.Task[None] | None = None
        self._stopping = False
        self._changed = asyncio.Event()

    def start(self) -> None:
        self._taking = asyncio.create_task(self._run(), name=f"taking {self._name}")

    def hear(self, document: Document) -> None:
        """Looks earlier if this document can be taken before the next look."""
        if document["free_at"] < self._looks_at:
            self.look()

    def look(self) -> None:
        """There may be something to take now."""
        self._changed.set()

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
            self._looks_at = _NEVER
            free = self._most - len(self._hands)
            taken = await self._taken(free) if free else 0
            # where all hands are full there may be more to take, as soon as one is free
            pause = None if taken == free else await self._pause()
            if pause is not None:
                self._looks_at = utc_now() + timedelta(seconds=pause)
            await self._change(within=pause)

    async def _pause(self) -> float:
        """Seconds until there may be something to take; what is free already another copy takes, or soon this one."""
        if self._free_in is None:
            return self._poll_every
        try:
            free_in = await self._free_in()
        except Unavailable:
            return self._poll_every
        if free_in is None:
            return self._look_every
        return min(free_in, self._look_every) if free_in > 0 else self._poll_every

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
