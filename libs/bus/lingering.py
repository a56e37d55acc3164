"""How long a projection waits for company: hardly at all while little happens, longer in a rush, where batches pay."""

from time import perf_counter
from typing import Final

BUSY: Final = 150.0
"""Events a second from which larger batches are worth a little delay."""

WORTHWHILE: Final = 50
"""Events in a batch beyond which a larger one saves little."""

LONGEST: Final = 0.25


class Lingering:
    """`first` seconds, or what brings a worthwhile batch together at the rate at which events come."""

    def __init__(self, first: float) -> None:
        self._first = first
        self._since = perf_counter()
        self.seconds = first

    def took(self, events: int) -> None:
        """Sets `seconds` for the next batch by what this one brought since the last."""
        now = perf_counter()
        rate = events / max(now - self._since, 1e-6)
        self._since = now
        self.seconds = self._first if rate < BUSY else min(LONGEST, max(self._first, WORTHWHILE / rate))
