"""One publication under way, and the bytes that carry it."""

import asyncio
from typing import Final

import pamqp.frame
from aiormq.exceptions import DeliveryError, PublishError
from pamqp.base import Frame
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from libs.bus.broker import NotConfirmed, NotPublished, Unroutable
from libs.bus.message import Message
from libs.contracts.envelope import CONTENT_TYPE

PERSISTENT: Final = 2


class Landing(asyncio.Future[None]):
    """The confirmation of a publication: aiormq hands it the broker's answer, and only an ack is a success.

    `tag` is the delivery tag that the answer names.
    """

    def __init__(self, message: Message, exchange: str, key: str, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self.message = message
        self.exchange = exchange
        self.key = key
        self.tag = 0

    def set_result(self, answer: object, /) -> None:
        if not isinstance(answer, Basic.Ack):
            self.set_exception(NotConfirmed(f"answered by {answer!r}"))
        elif not self.done():
            super().set_result(None)

    def set_exception(self, error: type | BaseException, /) -> None:
        if not self.done():
            super().set_exception(self._meaning(error))

    def _meaning(self, error: type | BaseException) -> NotPublished:
        match error:
            case NotPublished():
                return error
            case PublishError():
                return Unroutable(f"no queue for {self.key!r} on {self.exchange!r}")
            case DeliveryError():
                return NotConfirmed("refused by the broker")
            case _:
                return NotConfirmed(f"the connection ended before the broker's answer: {error!r}")


def marshalled(landing: Landing, *, channel: int, largest_frame: int) -> bytes:
    """The frames of one publication. `largest_frame` is what the connection lets a body frame hold."""
    message = landing.message
    properties = Basic.Properties(
        content_type=CONTENT_TYPE,
        delivery_mode=PERSISTENT,
        message_id=message.id,
        message_type=message.type,
        headers=dict(message.headers) if message.headers else None,
    )
    publish = Basic.Publish(exchange=landing.exchange, routing_key=landing.key, mandatory=True)
    header = ContentHeader(properties=properties, body_size=len(message.body))
    body = message.body
    parts = [body[start : start + largest_frame] for start in range(0, len(body), largest_frame)]
    frames: list[Frame | ContentHeader | ContentBody] = [publish, header, *map(ContentBody, parts)]
    return b"".join([pamqp.frame.marshal(frame, channel) for frame in frames])
