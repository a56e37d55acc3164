"""What consumers are handed, taken out of a connection's bytes before aiormq reads them (docs/adr/0058)."""

import asyncio
import ssl
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, SupportsIndex, TypeAlias, cast

import pamqp.frame
from aiormq import AMQPConnectionError, TransportFactory
from pamqp import constants
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.header import ContentHeader
from yarl import URL

Receive: TypeAlias = Callable[[Basic.Deliver, ContentHeader, bytes], None]

_HEAD: Final = struct.Struct(">BHI")
"""The head of every frame: its kind, its channel, and the size of what follows without the byte that ends it."""

_DELIVER: Final = Basic.Deliver.index.to_bytes(4, "big")
"""The class and method numbers with which the first frame of a delivery begins."""


@dataclass(slots=True)
class _Begun:
    """A delivery of which more frames come; those of one channel are in order, with other channels' between them."""

    deliver: Basic.Deliver
    receive: Receive
    header: ContentHeader = field(default_factory=ContentHeader)
    body: bytes = b""

    def take(self, part: object) -> bool:
        """Adds a frame; tells whether it was the last."""
        if isinstance(part, ContentHeader):
            self.header = part
        elif isinstance(part, ContentBody):
            self.body += part.value
        return len(self.body) >= self.header.body_size


class Frames(asyncio.StreamReader):
    """What the broker sends, but for deliveries to those who receive here, by their consumer tags."""

    def __init__(self, receivers: Mapping[str, Receive], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._receivers = receivers
        self._events = loop
        self._incomplete = b""
        self._begun: dict[int, _Begun] = {}

    def feed_data(self, data: Iterable[SupportsIndex]) -> None:
        received = self._incomplete + bytes(data)
        others: list[bytes] = []
        start = 0
        while start + _HEAD.size <= len(received):
            kind, channel, size = _HEAD.unpack_from(received, start)
            end = start + _HEAD.size + size + 1
            if end > len(received):
                break
            frame = received[start:end]
            if not self._takes(kind, channel, frame):
                others.append(frame)
            start = end
        self._incomplete = received[start:]
        if others:
            super().feed_data(b"".join(others))

    def feed_eof(self) -> None:
        super().feed_data(self._incomplete)
        super().feed_eof()

    def _takes(self, kind: int, channel: int, frame: bytes) -> bool:
        if kind == constants.FRAME_METHOD:
            return frame.startswith(_DELIVER, _HEAD.size) and self._begins(channel, frame)
        begun = self._begun.get(channel)
        if begun is None:
            return False
        if begun.take(_part_in(frame)):
            del self._begun[channel]
            self._events.call_soon(begun.receive, begun.deliver, begun.header, begun.body)
        return True

    def _begins(self, channel: int, frame: bytes) -> bool:
        deliver = _part_in(frame)
        if not isinstance(deliver, Basic.Deliver):
            return False
        receive = self._receivers.get(deliver.consumer_tag or "")
        if receive is None:
            return False
        self._begun[channel] = _Begun(deliver, receive)
        return True


def _part_in(frame: bytes) -> object:
    _, _, part = pamqp.frame.unmarshal(frame)
    return part


class Receiving(TransportFactory):
    """Opens a connection's transport. `receivers` may change as long as it lasts."""

    def __init__(self, receivers: Mapping[str, Receive]) -> None:
        self._receivers = receivers

    async def create(self, url: URL, **kwargs: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        provider = kwargs.pop("ssl_context_provider")
        context: ssl.SSLContext | None = await provider.get_context() if url.scheme == "amqps" else None
        loop = asyncio.get_running_loop()
        reader = Frames(self._receivers, loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        try:
            transport, _ = await loop.create_connection(
                lambda: protocol, cast(str, url.host), cast(int, url.port), ssl=context, **kwargs
            )
        except OSError as error:
            raise AMQPConnectionError(*error.args) from error
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
