"""How far apart the batches of a projection are: hardly at all while little happens, further in a rush, where it pays.

What comes after a quiet moment is handled at once; what comes soon after a batch waits for its turn, and for company.
"""

from time import perf_counter
from typing import Final

PACES: Final = ((300.0, 1.0), (50.0, 0.5))
"""Events a second from which batches begin so many seconds apart: what a batch costs by itself is shared by more."""


class Pacing:
    """Batches begin `least` seconds apart, or further at the rate of events."""

    def __init__(self, least: float) -> None:
        self._least = least
        self._began = perf_counter()
        self._apart = least

    def pause(self) -> float:
        """Seconds until the next batch may begin."""
        return max(0.0, self._began + self._apart - perf_counter())

    def begins(self, events: int) -> None:
        """A batch of so many events, which came since the last one began."""
        now = perf_counter()
        rate = events / max(now - self._began, 1e-6)
        self._began = now
        self._apart = max(self._least, next((apart for busy, apart in PACES if rate >= busy), 0.0))
