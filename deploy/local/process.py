"""A child process in a group of its own, which never outlives the process that started it."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

PR_SET_PDEATHSIG = 1
LOG_LIMIT = 20_000_000  # bytes, looked at when the process starts
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """How to start a process: `environment` is complete, output is appended to `log`.

    Stages stop in reverse order, what stands in one stage stops at the same time;
    `grace` is the time in seconds between SIGTERM and SIGKILL.
    """

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str]
    directory: Path
    log: Path
    stage: int = 0
    grace: float = 20.0


def _opened(log: Path) -> BinaryIO:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".old.log"))
    return log.open("ab")


class Process:
    """A started command."""

    def __init__(self, command: Command, child: asyncio.subprocess.Process) -> None:
        self.command = command
        self._child = child
        self._swept = False

    @classmethod
    async def start(cls, command: Command) -> Self:
        """Raises OSError if the program cannot be executed."""
        supervisor = os.getpid()

        def die_with_supervisor() -> None:
            if _libc is not None:
                _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
                if os.getppid() != supervisor:
                    os._exit(1)

        with _opened(command.log) as log:
            child = await asyncio.create_subprocess_exec(
                *command.argv,
                env=command.environment,
                cwd=command.directory,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_supervisor,
            )
        return cls(command, child)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def is_running(self) -> bool:
        return self._child.returncode is None

    def send(self, what: signal.Signals) -> None:
        """Signal the process alone; one that is gone already is left in peace."""
        if self.is_running:
            self._child.send_signal(what)

    async def wait(self) -> str:
        """Wait for the end and sweep up what it left behind in its group; returns the reason of the end."""
        code = await self._child.wait()
        self._sweep()
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    async def stop(self) -> str:
        self.send(signal.SIGTERM)
        try:
            async with asyncio.timeout(self.command.grace):
                return await self.wait()
        except TimeoutError:
            self.send(signal.SIGKILL)
            return await self.wait()

    def _sweep(self) -> None:
        """Once, right after the end: later its group's number may be somebody else's."""
        if self._swept:
            return
        self._swept = True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
