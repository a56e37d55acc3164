"""Ending background tasks."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

PATIENCE: Final = 1.0
"""Seconds between cancellations of one task."""


async def end(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Cancels tasks until they have ended: one cancellation can be lost in a library that turns it into an error."""
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=PATIENCE)
