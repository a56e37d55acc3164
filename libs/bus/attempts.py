"""Finding the message that kills the process.

A message that is delivered again ended without an outcome: its process died or its connection was cut. It is handled
alone, after a mark in the database; one that collects marks and never an outcome is the killer. A cut brings back a
whole batch, so what comes in batches is tried once more together, under its first marks.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from libs.bus.message import Message
from libs.store.clock import utc_now
from libs.store.marking import mark_new, unmark
from libs.store.store import Store

COLLECTION: Final = "attempts"


class Suspects:
    """Redelivered messages, one at a time in this process, whatever consumer they are for."""

    def __init__(self, store: Store, *, most_marks: int) -> None:
        self._attempts = store.collection(COLLECTION)
        self._most_marks = most_marks
        self._alone = asyncio.Lock()

    @asynccontextmanager
    async def together(self, consumer: str, messages: Sequence[Message]) -> AsyncIterator[set[str]]:
        """Marks those without a mark and yields their ids; leaving the block is their outcome. The rest goes alone."""
        ids = {f"{consumer}|{message.id}": message.id for message in messages}
        async with self._alone:
            first = await mark_new(self._attempts, ids)
            yield {ids[key] for key in first}
            await unmark(self._attempts, first)

    @asynccontextmanager
    async def alone(self, consumer: str, message: Message) -> AsyncIterator[bool]:
        """Marks the message and yields whether it may be tried once more; leaving the block is its outcome."""
        key = {"_id": f"{consumer}|{message.id}"}
        async with self._alone:
            marked = await self._attempts.find_one_and_update(
                key, {"$inc": {"marks": 1}, "$set": {"at": utc_now()}}, upsert=True, return_document=True
            )
            yield marked["marks"] <= self._most_marks
            await self._attempts.delete_one(key)
