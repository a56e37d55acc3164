"""Waiting longer and longer."""

import asyncio
import random
from collections.abc import Iterator


def pauses(first: float, longest: float) -> Iterator[float]:
    """Seconds to wait, without end: doubling up to `longest`, spread so that peers do not move in step."""
    pause = first
    while True:
        yield pause * random.uniform(0.5, 1.0)  # noqa: S311 - spreading load needs no cryptography
        pause = min(pause * 2, longest)


class Backoff:
    """Pauses between lives of something that is to live on; begins anew after one that was longer than `longest`."""

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self._pauses = pauses(first, longest)
        self._born = self._now()

    def begin(self) -> None:
        self._born = self._now()

    async def pause(self) -> None:
        if self._now() - self._born > self._longest:
            self._pauses = pauses(self._first, self._longest)
        await asyncio.sleep(next(self._pauses))

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
