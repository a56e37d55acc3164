"""What consumers are handed, taken out of a connection's bytes before aiormq reads them (docs/adr/0058)."""

import asyncio
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, SupportsIndex, TypeAlias, cast

from aiormq import AMQPConnectionError, TransportFactory
from pamqp.constants import FRAME_END, FRAME_HEADER, FRAME_METHOD
from pamqp.exceptions import UnmarshalingException
from yarl import URL

from libs.bus.rabbit.frames import DELIVER, HEAD, Content, Delivered, body_in, content_in, delivered_in

Receive: TypeAlias = Callable[[Delivered, Content, bytes], None]

APART: Final = 0.05
"""Seconds from a read to the next where deliveries come one by one and may wait. What comes later waits for nothing."""

ENOUGH: Final = 64 * 1024
"""Bytes in one read that are company enough for the next not to wait."""

_NOT_YET: Final = Content(size=0, id=None, type=None, headers=None)


@dataclass(slots=True)
class _Begun:
    """A delivery of which more frames come; those of one channel are in order, with other channels' between them."""

    delivered: Delivered
    receive: Receive
    content: Content = _NOT_YET
    body: bytes = b""

    def take(self, kind: int, frame: bytes) -> bool:
        """Whether this was the last."""
        if kind == FRAME_HEADER:
            self.content = content_in(frame)
        else:
            self.body += body_in(frame)
        return len(self.body) >= self.content.size


class Frames(asyncio.StreamReader):
    """What the broker sends, but for deliveries to those who receive here, by their consumer tags.

    `at_leisure` several deliveries are read at a time: to be woken for one costs a process more than to receive it.
    """

    def __init__(
        self, receivers: Mapping[str, Receive], loop: asyncio.AbstractEventLoop, *, at_leisure: bool = False
    ) -> None:
        super().__init__(loop=loop)
        self._receivers = receivers
        self._events = loop
        self._at_leisure = at_leisure
        self._read_at = 0.0
        self._incomplete = b""
        self._begun: dict[int, _Begun] = {}

    def set_transport(self, transport: asyncio.BaseTransport) -> None:
        super().set_transport(transport)
        self._source = cast(asyncio.ReadTransport, transport)

    def feed_data(self, data: Iterable[SupportsIndex]) -> None:
        received = self._incomplete + bytes(data)
        others: list[bytes] = []
        start = 0
        while start + HEAD.size <= len(received):
            kind, channel, size = HEAD.unpack_from(received, start)
            end = start + HEAD.size + size + 1
            if end > len(received):
                break
            frame = received[start:end]
            if frame[-1] != FRAME_END:
                raise UnmarshalingException("a frame", "it does not end where it should")
            if not self._takes(kind, channel, frame):
                others.append(frame)
            start = end
        self._incomplete = received[start:]
        if others:
            super().feed_data(b"".join(others))
        elif self._at_leisure and len(received) < ENOUGH:
            self._rest()

    def feed_eof(self) -> None:
        super().feed_data(self._incomplete)
        super().feed_eof()

    def _rest(self) -> None:
        now = self._events.time()
        if now - self._read_at < 2 * APART:
            self._source.pause_reading()
            self._events.call_later(APART, self._go_on)
        self._read_at = now

    def _go_on(self) -> None:
        if not self._source.is_closing():
            self._source.resume_reading()

    def _takes(self, kind: int, channel: int, frame: bytes) -> bool:
        if kind == FRAME_METHOD:
            return frame.startswith(DELIVER, HEAD.size) and self._begins(channel, frame)
        begun = self._begun.get(channel)
        if begun is None:
            return False
        if begun.take(kind, frame):
            del self._begun[channel]
            self._events.call_soon(begun.receive, begun.delivered, begun.content, begun.body)
        return True

    def _begins(self, channel: int, frame: bytes) -> bool:
        delivered = delivered_in(frame)
        receive = self._receivers.get(delivered.consumer)
        if receive is None:
            return False
        self._begun[channel] = _Begun(delivered, receive)
        return True


class Receiving(TransportFactory):
    """Opens a connection's transport. `receivers` may change as long as it lasts."""

    def __init__(self, receivers: Mapping[str, Receive], *, at_leisure: bool) -> None:
        self._receivers = receivers
        self._at_leisure = at_leisure

    async def create(self, url: URL, **kwargs: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        provider = kwargs.pop("ssl_context_provider")
        context: ssl.SSLContext | None = await provider.get_context() if url.scheme == "amqps" else None
        loop = asyncio.get_running_loop()
        reader = Frames(self._receivers, loop, at_leisure=self._at_leisure)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        try:
            transport, _ = await loop.create_connection(
                lambda: protocol, cast(str, url.host), cast(int, url.port), ssl=context, **kwargs
            )
        except OSError as error:
            raise AMQPConnectionError(*error.args) from error
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
