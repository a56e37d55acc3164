"""Acknowledgements, several in one frame."""

import asyncio
from contextlib import suppress
from typing import Final

from aiormq import Channel as WireChannel

from libs.bus.rabbit.link import FAILURES

DELAY: Final = 0.002
"""Seconds that acknowledgements gather; a message whose ack is lost in them comes again, as after any cut."""

TIMEOUT: Final = 30.0
"""Seconds; a frame can wait behind a full socket, and for ever behind one that has died."""


class Acks:
    """What one consumer has received and not yet answered. A tag is answered once: a second answer closes a channel."""

    def __init__(self, channel: WireChannel) -> None:
        self._channel = channel
        self._open: dict[int, None] = {}
        self._done: set[int] = set()
        self._wake = asyncio.Event()

    def received(self, tag: int) -> None:
        self._open[tag] = None

    def ack(self, tag: int, *, through: bool) -> None:
        """Sent soon, with its neighbours."""
        if through:
            self._done.update(each for each in self._open if each <= tag)
        elif tag in self._open:
            self._done.add(tag)
        self._wake.set()

    async def requeue(self, tag: int) -> None:
        if tag in self._open and tag not in self._done:
            del self._open[tag]
            with suppress(*FAILURES):
                async with asyncio.timeout(TIMEOUT):
                    await self._channel.basic_reject(tag, requeue=True, wait=False)

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(DELAY)
            self._wake.clear()
            await self.flush()

    async def flush(self) -> None:
        """Sends one frame for all messages before the first that is still in hand, and one for each beyond it."""
        last = 0
        for tag in self._open:
            if tag not in self._done:
                break
            last = tag
        single = sorted(tag for tag in self._done if tag > last)
        for tag in self._done:
            del self._open[tag]
        self._done.clear()
        with suppress(*FAILURES):
            async with asyncio.timeout(TIMEOUT):
                if last:
                    await self._channel.basic_ack(last, multiple=True, wait=False)
                for tag in single:
                    await self._channel.basic_ack(tag, wait=False)
