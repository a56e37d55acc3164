"""RabbitMQ as the bus wants it."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final

from aio_pika.abc import AbstractChannel
from aiormq.exceptions import ChannelNotFoundEntity

from libs.bus.broker import Flow, Inlet, NotConfirmed, QueueState, Visit
from libs.bus.message import Message
from libs.bus.rabbit.link import FAILURES, Link, wire_of
from libs.bus.rabbit.publisher import Publisher
from libs.bus.rabbit.subscription import RabbitSubscription, Stay
from libs.bus.settings import BusSettings
from libs.bus.topology import Queue, Topology
from libs.domain.refusals import Unavailable

LONGEST_VISIT: Final = 20.0
"""Seconds."""


class RabbitBroker:
    """Long-lived connections: to publish, to consume, and to consume at leisure, opened where somebody wants that.

    An alarm on the first does not hold up acks.
    """

    def __init__(self, url: str, *, name: str, settings: BusSettings | None = None) -> None:
        self._settings = settings or BusSettings()
        self._publishing = Link(url, f"{name} publishes", self._settings)
        self._consuming = Link(url, f"{name} consumes", self._settings)
        self._leisurely = Link(url, f"{name} consumes at leisure", self._settings, at_leisure=True)
        self._publisher: Publisher | None = None
        self._topology = Topology()

    @property
    def connected(self) -> bool:
        return self._publisher is not None and self._publisher.ready

    @property
    def flow(self) -> Flow:
        return Flow.AWAY if self._publisher is None else self._publisher.flow

    async def open(self, topology: Topology) -> None:
        self._topology = topology
        self._publishing.start()
        self._consuming.start()
        self._publisher = Publisher(self._publishing, topology, self._settings)

    async def close(self) -> None:
        if self._publisher is not None:
            await self._publisher.close()
        await asyncio.gather(*(link.close() for link in (self._publishing, self._consuming, self._leisurely)))

    def send(self, message: Message, *, exchange: str, key: str) -> asyncio.Future[None]:
        if self._publisher is None:
            raise RuntimeError("the broker is not open")
        return self._publisher.send(message, exchange=exchange, key=key)

    async def publish(self, message: Message, *, exchange: str, key: str) -> None:
        confirmation = asyncio.shield(self.send(message, exchange=exchange, key=key))
        try:
            await asyncio.wait_for(confirmation, self._settings.publish_timeout)
        except TimeoutError as error:
            raise NotConfirmed("the broker has not answered in time") from error

    def subscribe(self, queue: Queue, inlet: Inlet, *, prefetch: int, at_leisure: bool = False) -> RabbitSubscription:
        link = self._leisurely if at_leisure else self._consuming
        link.start()
        return RabbitSubscription(link, self._topology, queue, inlet, prefetch=prefetch, settings=self._settings)

    async def visit(self, queue: str, work: Visit, *, most: int) -> None:
        async def stay(channel: AbstractChannel) -> None:
            visit = Stay(await wire_of(channel))
            try:
                await work(await visit.take(queue, most=most))
            finally:
                await visit.acks.flush()

        try:
            async with asyncio.timeout(LONGEST_VISIT):
                await self._consuming.use(stay)
        except FAILURES as error:
            raise Unavailable("the broker does not answer") from error

    async def states(self, queues: Iterable[str]) -> Mapping[str, QueueState | None]:
        """Asks on one channel; a queue that is missing closes it, and the next one is asked for on another."""
        left, found = list(queues), dict[str, QueueState | None]()

        async def look(channel: AbstractChannel) -> None:
            while left:
                declared = (await channel.declare_queue(left[0], passive=True)).declaration_result
                found[left.pop(0)] = QueueState(declared.message_count or 0, declared.consumer_count or 0)

        while left:
            try:
                async with asyncio.timeout(self._settings.publish_timeout):
                    await self._consuming.use(look)
            except ChannelNotFoundEntity:
                found[left.pop(0)] = None
            except FAILURES as error:
                raise Unavailable("the broker does not answer") from error
        return found
