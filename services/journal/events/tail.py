"""Where the journal ends, and who waits for more."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from libs.domain.refusals import Unavailable

LOOK_EVERY: Final = 0.25
"""Seconds between two looks for events that another copy of the service has stored, while somebody follows."""

LOOK_SELDOM: Final = 1.0
"""The same while nobody does: the copy's own search and webhooks are in less of a hurry."""

MOST_FOLLOWERS: Final = 500


class Tail:
    """The end of the journal as this copy knows it; `closed` once the copy is to stop."""

    def __init__(self) -> None:
        self.head = 0
        self.closed = False
        self._followers = 0
        self._followed = asyncio.Event()
        self._moved = asyncio.Event()

    def reached(self, head: int) -> None:
        """The journal goes up to `head`, or further."""
        if head > self.head:
            self.head = head
            self._wake()

    def close(self) -> None:
        self.closed = True
        self._wake()

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Somebody follows; raises `Unavailable` where too many do."""
        if self._followers >= MOST_FOLLOWERS:
            raise Unavailable(f"{MOST_FOLLOWERS} streams are open here already", retry_after=5)
        self._followers += 1
        self._followed.set()
        try:
            yield
        finally:
            self._followers -= 1
            if not self._followers:
                self._followed.clear()

    async def beyond(self, position: int, *, within: float) -> bool:
        """Waits for events behind `position`, or the close; False where `within` seconds bring neither."""
        try:
            async with asyncio.timeout(within):
                while self.head <= position and not self.closed:
                    await self._moved.wait()
        except TimeoutError:
            return False
        return True

    async def watch(self, look: Callable[[], Awaitable[int]]) -> None:
        """Looks for what others have stored."""
        while True:
            with suppress(Unavailable):  # streams wait until the database is back
                self.reached(await look())
            await asyncio.sleep(LOOK_EVERY)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SELDOM - LOOK_EVERY):
                    await self._followed.wait()

    def _wake(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()
