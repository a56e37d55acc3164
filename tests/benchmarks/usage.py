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


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE


@dataclass(slots=True)
class Rounds:
    """What one side did in one discipline: `requests` in each round; CPU in microseconds per request."""

    requests: int
    per_second: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    cpu_with_events: list[float] = field(default_factory=list)

    def middle(self, what: str) -> float:
        return float(median(getattr(self, what)))

    def told(self, what: str) -> str:
        return spread(getattr(self, what))


def spread(values: list[float], form: str = "{:.0f}") -> str:
    """The median, and the smallest and largest beside it."""
    return f"{form.format(median(values))} ({form.format(min(values))} to {form.format(max(values))})"
