"""Server-sent events (WHATWG HTML, 9.2): the journal from one position on, and then as it grows."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from libs.domain.grants import Grants
from libs.store.store import Store
from services.journal.events.model import Wanted
from services.journal.events.store import Kept, read_stretch
from services.journal.events.tail import Tail
from services.journal.events.viewing import visible

TOP: Final = 100
HEADERS: Final = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between signs of life, until a stream ends, and that a reader may take for one stretch.

    Whoever comes back after the end does so with a sign-in that is still good, and misses nothing.
    """

    heartbeat: float = 15.0
    longest: float = 900.0
    stalled: float = 60.0


DEFAULT_PACE: Final = Pace()


class EventStream:
    """One reader, at its own pace: it holds one stretch at a time, and asks the database for the next."""

    def __init__(
        self, response: web.StreamResponse, store: Store, tail: Tail, wanted: Wanted, pace: Pace = DEFAULT_PACE
    ) -> None:
        self._response = response
        self._store = store
        self._tail = tail
        self._wanted = wanted
        self._pace = pace

    async def follow(self, position: int, *, allowed: Callable[[], bool], grants: Callable[[], Grants]) -> None:
        """Sends what comes behind `position`, as far as `grants` let it be seen.

        Ends when the copy stops, the time is over or the reader is no longer `allowed`. Raises `Unavailable`,
        `ConnectionError` where the reader has gone, and `TimeoutError` where it does not read.
        """
        now = asyncio.get_running_loop().time
        end, beat = now() + self._pace.longest, now()
        while allowed() and not self._tail.closed and now() < end:
            if now() >= beat:
                await self._write(heartbeat(position))
                beat = now() + self._pace.heartbeat
            if self._tail.head > position:
                position = await self._send(position, grants())
            await self._tail.beyond(position, within=beat - now())

    async def _send(self, position: int, grants: Grants) -> int:
        stretch = await read_stretch(self._store, after=position, head=self._tail.head, top=TOP, wanted=self._wanted)
        if shown := await visible(self._store, stretch.events, grants):
            await self._write(written(shown))
        return stretch.end

    async def _write(self, text: bytes) -> None:
        async with asyncio.timeout(self._pace.stalled):
            await self._response.write(text)


def written(events: Iterable[Kept]) -> bytes:
    return b"".join(
        b"id: %d\nevent: %s\ndata: %s\n\n" % (event.position, event.type.encode(), event.body) for event in events
    )


def heartbeat(position: int) -> bytes:
    """A sign of life; its id lets a reader whose topics are rare go on from here."""
    return b": alive\nid: %d\n\n" % position
