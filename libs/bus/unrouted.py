"""Events that no queue was bound to, as they lie in a queue of their own: looked at, sent again or discarded.

Whatever happens meanwhile none is lost: one leaves its queue after the broker has it elsewhere, so that a crash in
between sends it twice, under the same id.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from libs.bus.broker import Broker
from libs.bus.measures import unrouted
from libs.bus.message import Delivery
from libs.bus.parking import LONGEST_REPLAY
from libs.bus.settings import BusSettings
from libs.contracts.envelope import Envelope, MalformedEvent
from libs.contracts.values import Value
from libs.domain.refusals import Unavailable
from libs.store.clock import utc_now

MOST: Final = 500
"""Events that are in hand at once."""

Act: TypeAlias = Callable[[Sequence[Delivery]], Awaitable[Sequence[Delivery]]]
"""Returns those that are done with."""


class UnroutedEvent(Value):
    """What an operator sees of it; `subject` and `time` are null where it is not one of our events."""

    id: str
    type: str
    subject: str | None
    time: datetime | None
    bytes: int


class Settled(Value):
    """`done` were sent again or discarded, `left` wait; `too_old` were not sent, since an effect could be repeated."""

    done: int
    left: int
    too_old: int = 0


class Unrouted:
    """A service without the right to read the queue is refused by the broker."""

    def __init__(self, broker: Broker, settings: BusSettings) -> None:
        self._broker = broker
        self._settings = settings

    async def count(self) -> int:
        queue = self._settings.unrouted
        state = (await self._broker.states([queue]))[queue]
        return 0 if state is None else state.messages

    async def page(self, most: int) -> list[UnroutedEvent]:
        """The oldest; whoever looks at the same time sees the next ones."""
        found: list[UnroutedEvent] = []

        async def look(held: Sequence[Delivery]) -> None:
            found.extend(_shown(each) for each in held)

        await self._broker.visit(self._settings.unrouted, look, most=most)
        return found

    async def replay(self, ids: Collection[str] | None = None) -> Settled:
        """Announces the oldest once more, or of these those named; what is still not wanted comes back."""
        old = 0

        async def again(chosen: Sequence[Delivery]) -> Sequence[Delivery]:
            nonlocal old
            sendable = [each for each in chosen if not _is_too_old(each)]
            old = len(chosen) - len(sendable)
            return await self._send(sendable)

        settled = await self._settle("replayed", ids, again)
        return settled.model_copy(update={"too_old": old})

    async def discard(self, ids: Collection[str] | None = None) -> Settled:
        """Gives the oldest up, or of these those named."""

        async def give_up(chosen: Sequence[Delivery]) -> Sequence[Delivery]:
            return chosen

        return await self._settle("discarded", ids, give_up)

    async def _settle(self, how: str, ids: Collection[str] | None, act: Act) -> Settled:
        done: Sequence[Delivery] = ()

        async def work(held: Sequence[Delivery]) -> None:
            nonlocal done
            done = await act([each for each in held if ids is None or each.message.id in ids])
            for each in done:
                await each.ack()

        await self._broker.visit(self._settings.unrouted, work, most=MOST)
        unrouted(how).inc(len(done))
        return Settled(done=len(done), left=await self.count())

    async def _send(self, held: Sequence[Delivery]) -> list[Delivery]:
        """Returns those that the broker has confirmed; raises `Unavailable` where there are none."""
        if not held:
            return []
        sent = [
            self._broker.send(each.message, exchange=self._settings.exchange, key=each.message.type) for each in held
        ]
        await asyncio.wait(sent, timeout=self._settings.publish_timeout)
        confirmed = [
            each for each, landing in zip(held, sent, strict=True) if landing.done() and landing.exception() is None
        ]
        if not confirmed:
            raise Unavailable("the broker did not confirm the events")
        return confirmed


def _shown(delivery: Delivery) -> UnroutedEvent:
    message, event = delivery.message, _read(delivery)
    return UnroutedEvent(
        id=message.id,
        type=message.type,
        subject=event.subject if event else None,
        time=event.time if event else None,
        bytes=len(message.body),
    )


def _is_too_old(delivery: Delivery) -> bool:
    event = _read(delivery)
    return event is not None and utc_now() - event.time > LONGEST_REPLAY


def _read(delivery: Delivery) -> Envelope | None:
    try:
        return Envelope.from_json(delivery.message.body)
    except MalformedEvent:
        return None
