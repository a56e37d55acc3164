"""CPU seconds and memory of processes, as the kernel counts them."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

_TICK: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time together."""
    return sum(_ticks(pid) for pid in pids) / _TICK


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


class Meter:
    """What these processes take from now on for so many requests."""

    def __init__(self, pids: Iterable[int], requests: int) -> None:
        self._pids = tuple(pids)
        self._requests = requests
        self._began = cpu_seconds(self._pids)

    def read(self) -> float:
        """Microseconds a request."""
        return (cpu_seconds(self._pids) - self._began) / self._requests * 1e6


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE


@dataclass(slots=True)
class Rounds:
    """What one side did in one discipline: `requests` in each round; CPU in microseconds per request.

    `door` is the share of the gateway, or of the bare proxy, in it.
    """

    requests: int
    per_second: list[float] = field(default_factory=list)
    door: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    cpu_with_events: list[float] = field(default_factory=list)

    def told(self, what: str) -> str:
        return spread(getattr(self, what))


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides in one discipline, round by round: two that follow one another met the same machine."""

    bare: Rounds
    ours: Rounds

    def told(self, what: str) -> tuple[str, str]:
        return self.bare.told(what), self.ours.told(what)

    def quicker(self, what: str) -> str:
        """Ours to the reference's."""
        return spread(self._ratios(what), "{:.2f}")

    def cheaper(self, what: str) -> str:
        """The reference's to ours."""
        return spread([1 / ratio for ratio in self._ratios(what)], "{:.2f}")

    def _ratios(self, what: str) -> list[float]:
        rounds = zip(getattr(self.ours, what), getattr(self.bare, what), strict=True)
        return [ours / bare for ours, bare in rounds]


def spread(values: list[float], form: str = "{:.0f}") -> str:
    """The median, and the smallest and largest beside it."""
    return f"{form.format(median(values))} ({form.format(min(values))} to {form.format(max(values))})"
