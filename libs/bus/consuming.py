"""Consumers: each event has its effect once."""

from functools import partial
from typing import Any

from libs.bus.definitions import Consumer, keys_of
from libs.bus.handling import Handling
from libs.bus.message import Delivery
from libs.bus.recovery import why_undecodable
from libs.bus.runner import Equipment, Runner, one_by_one
from libs.bus.topology import consumer_queue
from libs.contracts.envelope import Envelope
from libs.contracts.event import Event
from libs.store import inbox
from libs.store.work import UnitOfWork


class _Consuming:
    """Decode, handle under the inbox, acknowledge."""

    def __init__(self, consumer: Consumer, equipment: Equipment) -> None:
        self._consumer = consumer
        self._equipment = equipment
        self._handling = Handling(consumer.name, equipment)
        self._classes = {topic.type: topic for topic in consumer.topics if not isinstance(topic, str)}
        self._with_record = {known for known in self._classes.values() if hasattr(known, "snapshot")}

    async def settle(self, delivery: Delivery) -> None:
        try:
            envelope = Envelope.from_json(delivery.message.body)
            event = self._event_in(envelope)
        except ValueError as error:
            await self._equipment.recovery.park(self._consumer.name, delivery, why_undecodable(error), error)
            return
        await self._handling.settle(delivery, envelope, partial(self._handle, envelope, event))

    def _event_in(self, envelope: Envelope) -> Event[Any] | Envelope:
        """Raises a ValueError where the event or its record is not what was published: no handler could mend that."""
        known = self._classes.get(envelope.type)
        if known is None:
            return envelope
        event = known.received(envelope)
        if known in self._with_record:
            _ = event.record
        return event

    async def _handle(self, envelope: Envelope, event: object) -> None:
        if self._consumer.screened:
            (screened,) = await self._equipment.screen([envelope])
            event = event if screened is envelope else self._event_in(screened)

        async def command(work: UnitOfWork) -> None:
            await self._consumer.handle(work, event)

        consumer = self._consumer
        await inbox.guarded(self._equipment.store, consumer.name, envelope, command, makes=consumer.makes)


def consumer_runner(consumer: Consumer, equipment: Equipment) -> Runner:
    settings = equipment.settings
    return Runner(
        equipment.broker,
        consumer_queue(equipment.store.service, consumer.name, keys_of(consumer.topics), settings),
        one_by_one(consumer.name, _Consuming(consumer, equipment).settle),
        prefetch=settings.prefetch,
        drain_timeout=settings.drain_timeout,
        workers=consumer.workers,
    )
