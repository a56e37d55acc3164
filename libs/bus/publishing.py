"""Publishing several events at once, and waiting for the broker's word."""

import asyncio
from collections.abc import Sequence

from libs.bus.broker import Broker, Flow
from libs.bus.measures import published
from libs.bus.message import TRACEPARENT, Message
from libs.bus.settings import BusSettings
from libs.store.outbox import Pending


def message_of(event: Pending, traceparent: str | None = None) -> Message:
    headers = {} if traceparent is None else {TRACEPARENT: traceparent}
    return Message(event.event_id, event.type, event.body, headers)


async def publish_all(broker: Broker, events: Sequence[Pending], settings: BusSettings) -> list[Pending]:
    """Returns those confirmed in time. What is still in flight then is known to the broker and not sent again.

    Nothing is sent unless everybody listens, which may have changed since the caller last looked.
    """
    if broker.flow is not Flow.OPEN:
        return []
    sent = {broker.send(message_of(event), exchange=settings.exchange, key=event.type): event for event in events}
    done, _ = await asyncio.wait(sent, timeout=settings.publish_timeout)
    confirmed = [sent[confirmation] for confirmation in done if confirmation.exception() is None]
    for event in confirmed:
        published(event.type).inc()
    return confirmed
