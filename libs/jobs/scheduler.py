"""Timers, schedules and jobs of one service, put together."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from libs.domain.record import Index
from libs.jobs import jobs, timers
from libs.jobs.duties import Duty, Scheduler
from libs.jobs.firing import Firing
from libs.jobs.jobs import JOBS, JobKind
from libs.jobs.running import Running
from libs.jobs.schedules import Schedule, keep_schedules
from libs.jobs.settings import JobSettings
from libs.jobs.timers import TIMERS, TimerKind
from libs.store.purging import purge
from libs.store.store import Store

INDEXES: Final[Mapping[str, tuple[Index, ...]]] = {TIMERS: timers.INDEXES, JOBS: jobs.INDEXES}
"""To be built when the store is opened."""


class Jobs:
    """What runs by itself in a service. Any number of copies may run: each thing is done by one of them."""

    def __init__(
        self,
        store: Store,
        *,
        timers: Sequence[TimerKind] = (),
        schedules: Sequence[Schedule] = (),
        kinds: Sequence[JobKind[Any]] = (),
        duties: Sequence[Duty] = (),
        settings: JobSettings | None = None,
    ) -> None:
        settings = settings or JobSettings()
        self._firing = Firing(store, [*timers, *(schedule.kind() for schedule in schedules)], settings)
        self._running = Running(store, kinds, settings)

        async def set_schedules(store: Store) -> None:
            await keep_schedules(store, schedules)

        common = (Duty("schedules", 60.0, set_schedules), Duty("purge", 3600.0, purge))
        self._scheduler = Scheduler(store, [*common, *duties], settings)

    @property
    def elected(self) -> bool:
        """Whether this copy has the scheduler's duties."""
        return self._scheduler.grant is not None

    async def start(self) -> None:
        self._scheduler.start()
        self._firing.start()
        self._running.start()

    async def stop(self) -> None:
        """Takes nothing more, finishes timers in hand if that is possible in time, and interrupts jobs."""
        await self._running.stop()
        await self._firing.stop()
        await self._scheduler.stop()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        await self.start()
        try:
            yield
        finally:
            await self.stop()
