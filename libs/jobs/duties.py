"""Duties that one copy of a service has for all: elected by a lease, by the server's clock."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from libs.domain.refusals import Unavailable
from libs.jobs.settings import JobSettings
from libs.store.ids import new_id
from libs.store.leases import Grant
from libs.store.store import Store
from libs.telemetry.logs import logger

LEASE: Final = "scheduler"

_log = logger()


@dataclass(frozen=True, slots=True)
class Duty:
    """Done by the elected copy when it is elected and every so many seconds afterwards.

    Should two copies have it for a moment, it is done twice: it must bear that.
    """

    name: str
    every: float
    do: Callable[[Store], Awaitable[None]]


class Scheduler:
    """`grant` is the lease, while this copy has it."""

    def __init__(self, store: Store, duties: Sequence[Duty], settings: JobSettings) -> None:
        self.grant: Grant | None = None
        self._store = store
        self._duties = tuple(duties)
        self._lease = timedelta(seconds=settings.duty_lease)
        self._elect_every = settings.elect_every
        self._holder = new_id()
        self._next: dict[str, float] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="scheduler")

    async def stop(self) -> None:
        """Lets another copy be elected at once."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.wait([self._task])
        if self.grant is not None:
            with suppress(Unavailable):  # then the lease ends by itself
                await self._store.leases.release(self.grant)
            self.grant = None

    async def _run(self) -> None:
        while True:
            try:
                await self._elect()
            except Exception as error:  # noqa: BLE001 - the database may be away; the election goes on
                self.grant = None
                _log.warning("not_elected", error=error)
            for duty in self._duties:
                await self._do(duty)
            await asyncio.sleep(self._elect_every)

    async def _elect(self) -> None:
        before = self.grant
        self.grant = await self._store.leases.acquire(LEASE, self._holder, self._lease)
        if self.grant is not None and before != self.grant:
            self._next.clear()
            _log.info("elected", duty=LEASE, term=self.grant.token)

    async def _do(self, duty: Duty) -> None:
        if self.grant is None or self._next.get(duty.name, 0.0) > time.monotonic():
            return
        self._next[duty.name] = time.monotonic() + duty.every
        try:
            async with asyncio.timeout(self._lease.total_seconds()):
                await duty.do(self._store)
        except Exception as error:  # noqa: BLE001 - one duty that fails keeps no other from being done
            _log.warning("duty_failed", duty=duty.name, error=error)
