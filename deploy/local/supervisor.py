"""Keeps commands running: what dies is started again, later each time that it dies young."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from deploy.local.process import Command, Process


class What(StrEnum):
    STARTED = "started"
    READY = "ready"
    DIED = "died"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the supervisor's log."""

    name: str
    what: What
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.what}" + (f": {self.detail}" if self.detail else "")


Report = Callable[[Happening], None]


@dataclass(frozen=True, slots=True)
class BackOff:
    """Seconds before a restart: doubled by each early death, forgotten after a life of `healthy_after`."""

    first: float = 0.2
    longest: float = 5.0
    healthy_after: float = 10.0

    def delay(self, early_deaths: int) -> float:
        return min(self.first * 2.0 ** min(early_deaths, 16), self.longest)


class Kept:
    """One command under supervision."""

    def __init__(self, command: Command, report: Report, back_off: BackOff) -> None:
        self.command = command
        self.last_death = ""
        self.early_deaths = 0
        self._report = report
        self._back_off = back_off
        self._process: Process | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def process(self) -> Process | None:
        """The living process; None between a death and the restart."""
        return self._process if self._process is not None and self._process.is_running else None

    async def start(self) -> None:
        """Start it and keep it running; raises OSError if it cannot be executed at all."""
        self.early_deaths = 0
        await self._spawn()
        self._task = asyncio.create_task(self._keep(), name=f"keep {self.command.name}")

    async def stop(self) -> None:
        if self._task is None:
            return
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._task = None
        reason = await self._process.stop() if self._process else "not started"
        self._report(Happening(self.command.name, What.STOPPED, reason))

    async def _spawn(self) -> Process:
        process = self._process = await Process.start(self.command)
        self._report(Happening(self.command.name, What.STARTED, f"process {process.pid}"))
        return process

    async def _keep(self) -> None:
        while True:
            born = time.monotonic()
            self.last_death = await self._end()
            lived = time.monotonic() - born
            self.early_deaths = 0 if lived > self._back_off.healthy_after else self.early_deaths
            delay = self._back_off.delay(self.early_deaths)
            again = f"{self.last_death}, starting again in {delay:g} s"
            self._report(Happening(self.command.name, What.DIED, again))
            await asyncio.sleep(delay)
            self.early_deaths += 1

    async def _end(self) -> str:
        try:
            process = self.process or await self._spawn()
        except OSError as error:
            return f"cannot be executed ({error})"
        return await process.wait()


class Supervisor:
    """Commands by name. Leaving the context stops all of them, the latest stage first."""

    def __init__(self, report: Report, back_off: BackOff | None = None) -> None:
        self._report = report
        self._back_off = back_off or BackOff()
        self._kept: dict[str, Kept] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for stage in sorted({kept.command.stage for kept in self._kept.values()}, reverse=True):
            await self._stop_all(kept for kept in self._kept.values() if kept.command.stage == stage)

    async def keep(self, command: Command) -> None:
        """Start a command and keep it running from now on; raises OSError if it cannot be executed."""
        kept = self._kept[command.name] = Kept(command, self._report, self._back_off)
        await kept.start()

    async def stop(self, name: str) -> None:
        """Stop one and leave it stopped, until `resume`."""
        await self._kept[name].stop()

    async def resume(self, name: str) -> None:
        await self._kept[name].start()

    def kill(self, name: str, what: signal.Signals = signal.SIGKILL) -> None:
        """Signal one; if it dies of it, it is started again."""
        if process := self._kept[name].process:
            process.send(what)

    def pid(self, name: str) -> int | None:
        """The living process of that name; None between a death and the restart."""
        process = self._kept[name].process
        return process.pid if process else None

    def keeps(self, name: str) -> bool:
        return name in self._kept

    def early_deaths(self, name: str) -> int:
        """How often in a row it died soon after its start."""
        return self._kept[name].early_deaths

    def last_death(self, name: str) -> str:
        """Why the last process of that name died by itself; empty if none did."""
        return self._kept[name].last_death

    @staticmethod
    async def _stop_all(kept: Iterable[Kept]) -> None:
        async with asyncio.TaskGroup() as group:
            for each in kept:
                group.create_task(each.stop())
