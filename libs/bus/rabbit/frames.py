"""The frames that carry messages, as AMQP 0-9-1 lays them out (its sections 2.3.5 and 4.2).

Read and written here are those that nearly every message has; pamqp, which takes ten times as long, does the others.
"""

import struct
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

import pamqp.frame
from pamqp.commands import Basic
from pamqp.constants import FRAME_BODY, FRAME_END_CHAR, FRAME_HEADER
from pamqp.header import ContentHeader

from libs.bus.message import Message
from libs.contracts.envelope import CONTENT_TYPE

PERSISTENT: Final = 2

HEAD: Final = struct.Struct(">BHI")
"""The head of every frame: its kind, its channel, and the size of what follows without the byte that ends it."""

DELIVER: Final = Basic.Deliver.index.to_bytes(4, "big")
"""How what follows begins in the first frame of a delivery."""

_TAG: Final = struct.Struct(">QB")
"""The delivery tag, and whether it was delivered before."""

_CONTENT: Final = struct.Struct(">HHQH")
"""The class of method, nothing, the size of the body, and which properties there are."""

_PLAIN: Final = 1 << 15 | 1 << 12 | 1 << 7 | 1 << 5
"""The properties of a message without headers: content type, delivery mode, message id and type, in this order."""


class Delivered(NamedTuple):
    """The first frame of a delivery."""

    consumer: str
    tag: int
    redelivered: bool
    key: str


class Content(NamedTuple):
    """What is said of the body, which comes in the frames after this one; `size` is that of all of it."""

    size: int
    id: str | None
    type: str | None
    headers: Mapping[str, Any] | None

    @classmethod
    def of(cls, header: ContentHeader) -> "Content":
        told = header.properties
        return cls(header.body_size or 0, told.message_id, told.message_type, told.headers)


def delivered_in(frame: bytes) -> Delivered:
    consumer, at = _text(frame, HEAD.size + len(DELIVER))
    tag, redelivered = _TAG.unpack_from(frame, at)
    _, at = _text(frame, at + _TAG.size)
    key, _ = _text(frame, at)
    return Delivered(consumer, tag, bool(redelivered), key)


def content_in(frame: bytes) -> Content:
    _, _, size, properties = _CONTENT.unpack_from(frame, HEAD.size)
    if properties == _PLAIN:
        _, at = _text(frame, HEAD.size + _CONTENT.size)
        id_, at = _text(frame, at + 1)
        type_, _ = _text(frame, at)
        return Content(size, id_, type_, None)
    _, _, header = pamqp.frame.unmarshal(frame)
    return Content.of(cast(ContentHeader, header))


def body_in(frame: bytes) -> bytes:
    return frame[HEAD.size : -1]


def publication(message: Message, *, exchange: str, key: str, channel: int, largest: int) -> bytes:
    """The frames of one. `largest` is what the connection lets a body frame hold. Raises TypeError and ValueError."""
    body = message.body
    parts = [body[start : start + largest] for start in range(0, len(body), largest)]
    bodies = [_framed(FRAME_BODY, channel, part) for part in parts]
    return b"".join([_publish(exchange, key, channel), _content(message, channel), *bodies])


@lru_cache(maxsize=1024)
def _publish(exchange: str, key: str, channel: int) -> bytes:
    return pamqp.frame.marshal(Basic.Publish(exchange=exchange, routing_key=key, mandatory=True), channel)


def _content(message: Message, channel: int) -> bytes:
    size = len(message.body)
    if not message.headers:
        properties = _shortly(CONTENT_TYPE) + bytes([PERSISTENT]) + _shortly(message.id) + _shortly(message.type)
        content = _CONTENT.pack(Basic.frame_id, 0, size, _PLAIN) + properties
        return _framed(FRAME_HEADER, channel, content)
    told = Basic.Properties(
        content_type=CONTENT_TYPE,
        delivery_mode=PERSISTENT,
        message_id=message.id,
        message_type=message.type,
        headers=dict(message.headers),
    )
    return pamqp.frame.marshal(ContentHeader(properties=told, body_size=size), channel)


def _framed(kind: int, channel: int, content: bytes) -> bytes:
    return HEAD.pack(kind, channel, len(content)) + content + FRAME_END_CHAR


def _shortly(text: str) -> bytes:
    """Raises ValueError where it is longer than 255 bytes."""
    encoded = text.encode()
    return bytes([len(encoded)]) + encoded


def _text(frame: bytes, at: int) -> tuple[str, int]:
    """The text that begins there, and where it ends."""
    start = at + 1
    end = start + frame[at]
    return frame[start:end].decode(), end
