"""Waiting for what other tasks bring about: a condition, never a fixed time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

PATIENCE: Final = 60.0
"""Seconds until a wait is given up; a test that passes never waits for so long."""

FIRST_PAUSE: Final = 0.02
LONGEST_PAUSE: Final = 0.2


async def eventually(
    ask: Callable[[], Awaitable[T | None]], *, within: float = PATIENCE, every: float | None = None
) -> T:
    """The first answer that is true; raises `TimeoutError` with the last one.

    Unless it is to ask `every` so many seconds, it asks less and less often: each question takes time from those who
    work on the answer.
    """
    deadline = time.monotonic() + within
    pause = FIRST_PAUSE if every is None else every
    while not (answer := await ask()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"still {answer!r} after {within} s")
        await asyncio.sleep(pause)
        if every is None:
            pause = min(pause * 1.25, LONGEST_PAUSE)
    return answer
