"""Waiting for another program, which cannot tell us when it is ready."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

INTERVAL = 0.05


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Ask again and again; the caller sets the time limit."""
    while not await condition():  # noqa: ASYNC110 - what is awaited happens in another process
        await asyncio.sleep(INTERVAL)
