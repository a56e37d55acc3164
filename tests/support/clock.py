"""Time that passes when a test says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import time_machine  # noqa: TID251 - the one place that keeps the ids apart

from libs.store import ids


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


@contextmanager
def wrong_clock(by: timedelta) -> Iterator[None]:
    """The time of this process; the ids made afterwards know nothing of it, though ids never go backwards."""
    with patch.object(ids, "_TICKS", ids._Ticks()), time_machine.travel(datetime.now(UTC) + by):
        yield
