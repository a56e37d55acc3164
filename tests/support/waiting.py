"""Waiting for what other tasks bring about: a condition, never a fixed time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

PATIENCE: Final = 60.0
"""Seconds until a wait is given up; a test that passes never waits for so long."""


async def eventually(ask: Callable[[], Awaitable[T | None]], *, within: float = PATIENCE, every: float = 0.02) -> T:
    """The first answer that is true; raises `TimeoutError` with the last one."""
    deadline = time.monotonic() + within
    while not (answer := await ask()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"still {answer!r} after {within} s")
        await asyncio.sleep(every)
    return answer
