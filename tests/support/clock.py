"""Time that passes when a test says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Clock(asyncio.SelectorEventLoop):
    """An event loop whose time can be moved on: what waits for a time in it then waits no longer."""

    def __init__(self) -> None:
        self._ahead = 0.0
        super().__init__()

    def time(self) -> float:
        return super().time() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


def by_the_clock(test: Callable[[Clock], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Runs a test in a loop of its own, so that nobody else's time is moved."""

    def run() -> None:
        with asyncio.Runner(loop_factory=Clock) as runner:
            loop = runner.get_loop()
            assert isinstance(loop, Clock)
            runner.run(test(loop))

    run.__name__ = test.__name__
    return run
