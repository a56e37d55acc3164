"""Waiting for what is about to be true."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable

from tests.support.waiting import PATIENCE

STEP = 0.01


async def eventually(condition: Callable[[], bool | Awaitable[bool]], *, within: float = PATIENCE) -> None:
    """Returns as soon as the condition holds; fails if it does not within `within` seconds."""
    async with asyncio.timeout(within):
        while not await _holds(condition):  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(STEP)


async def _holds(condition: Callable[[], bool | Awaitable[bool]]) -> bool:
    answer = condition()
    return await answer if isawaitable(answer) else bool(answer)
