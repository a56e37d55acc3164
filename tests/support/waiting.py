"""Waiting for what other tasks bring about: a condition, never a fixed time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(ask: Callable[[], Awaitable[T | None]], *, within: float = 30.0, every: float = 0.02) -> T:
    """The first answer that is true; raises `TimeoutError` with the last one."""
    deadline = time.monotonic() + within
    while not (answer := await ask()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"still {answer!r} after {within} s")
        await asyncio.sleep(every)
    return answer
