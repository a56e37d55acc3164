"""One publication under way."""

import asyncio

from aiormq.exceptions import DeliveryError, PublishError
from pamqp.commands import Basic

from libs.bus.broker import NotConfirmed, NotPublished, Unroutable
from libs.bus.message import Message


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
