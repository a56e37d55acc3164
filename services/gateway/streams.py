"""Event streams that stay open: counted apart from ordinary requests, and ended when the gateway stops."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from services.gateway.shedding import Room


class EventStreams:
    """The open event streams of this copy."""

    __slots__ = ("_open", "_stopping", "room")

    def __init__(self, most: int) -> None:
        self.room = Room("event streams", most)
        self._open: set[asyncio.Timeout] = set()
        self._stopping = False

    @contextmanager
    def opened(self, deadline: asyncio.Timeout) -> Iterator[None]:
        """Keep a stream's deadline at hand for as long as the block runs."""
        self._open.add(deadline)
        try:
            yield
        finally:
            self._open.discard(deadline)

    def extend(self, deadline: asyncio.Timeout, seconds: float) -> None:
        """Give a stream that showed life as many seconds from now."""
        if not self._stopping:
            deadline.reschedule(asyncio.get_running_loop().time() + seconds)

    def end_all(self) -> None:
        """Let every stream run into its deadline now; clients come back to another copy."""
        self._stopping = True
        now = asyncio.get_running_loop().time()
        for deadline in self._open:
            deadline.reschedule(now)
