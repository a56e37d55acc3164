"""Receiving from one queue, whatever happens to the connection or the queue."""

import asyncio
import hashlib
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from aio_pika.abc import AbstractChannel
from aiormq import Channel as WireChannel
from aiormq.abc import DeliveredMessage

from libs.bus.broker import Inlet
from libs.bus.message import GIVEN_UP_BY, Message
from libs.bus.rabbit.acks import Acks
from libs.bus.rabbit.declaring import bind, declare_exchange, declare_queue
from libs.bus.rabbit.frames import Content, Delivered
from libs.bus.rabbit.link import FAILURES, Link, wire_of
from libs.bus.settings import BusSettings
from libs.bus.tasks import end
from libs.bus.topology import Queue, Topology
from libs.telemetry.logs import logger

LARGEST_HANDFUL: Final = 16 * 1024 * 1024
"""Bytes."""

_log = logger()


class Stay:
    """What was received on one channel. `lost` says that the broker will deliver again what it had handed out."""

    __slots__ = ("acks", "channel", "lost", "tag")

    def __init__(self, channel: WireChannel) -> None:
        self.channel = channel
        self.acks = Acks(channel)
        self.lost = False
        self.tag: str | None = None

    async def take(self, queue: str, *, most: int) -> list["RabbitDelivery"]:
        """Up to `most` messages from the head of the queue, and not much more than `LARGEST_HANDFUL`."""
        taken: list[RabbitDelivery] = []
        size = 0
        while len(taken) < most and size < LARGEST_HANDFUL:
            delivered = await self.channel.basic_get(queue)
            if delivered.delivery_tag is None:
                break
            self.acks.received(delivered.delivery_tag)
            message = message_in(Content.of(delivered.header), delivered.routing_key or "", delivered.body)
            taken.append(RabbitDelivery(self, delivered.delivery_tag, message, redelivered=bool(delivered.redelivered)))
            size += len(delivered.body)
        return taken


class RabbitDelivery:
    __slots__ = ("_stay", "_tag", "message", "redelivered")

    def __init__(self, stay: Stay, tag: int, message: Message, *, redelivered: bool) -> None:
        self._stay = stay
        self._tag = tag
        self.message = message
        self.redelivered = redelivered

    @property
    def lost(self) -> bool:
        return self._stay.lost

    async def ack(self, *, through: bool = False) -> None:
        self._stay.acks.ack(self._tag, through=through)

    async def requeue(self) -> None:
        await self._stay.acks.requeue(self._tag)


class RabbitSubscription:
    """Declares, binds and consumes on each new channel."""

    def __init__(
        self,
        link: Link,
        topology: Topology,
        queue: Queue,
        inlet: Inlet,
        *,
        prefetch: int,
        settings: BusSettings,
    ) -> None:
        self._link = link
        self._queue = queue
        sources = {binding.exchange for binding in queue.bindings}
        self._own = [exchange for exchange in topology.exchanges if exchange.name in sources]
        self._others = sources - {exchange.name for exchange in self._own}
        self._inlet = inlet
        self._prefetch = prefetch
        self._settings = settings
        self._wanted = True
        self._stay: Stay | None = None
        self._keeper = asyncio.create_task(self._keep(), name=f"bus subscription {queue.name}")

    @property
    def active(self) -> bool:
        return self._stay is not None and self._stay.tag is not None

    async def cancel(self) -> None:
        self._wanted = False
        if self._stay is not None and self._stay.tag is not None:
            with suppress(*FAILURES):
                await self._stay.channel.basic_cancel(self._stay.tag, timeout=self._settings.probe_timeout)

    async def close(self) -> None:
        self._wanted = False
        stay = self._stay
        await end([self._keeper])
        if stay is not None:
            await stay.acks.flush()
            with suppress(*FAILURES):
                await stay.channel.close(timeout=self._settings.probe_timeout)

    async def _keep(self) -> None:
        await self._link.keep(self._serve, wanted=lambda: self._wanted, confirms=False)

    async def _serve(self, channel: AbstractChannel) -> None:
        await self._assert_sources(channel)
        declared = await declare_queue(channel, self._queue)
        await bind(declared, self._queue)
        wire = await wire_of(channel)
        await wire.basic_qos(prefetch_count=self._prefetch)
        cancelled: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        wire.on_consumer_cancel_callbacks.add(cancelled.set_result)
        stay = self._stay = Stay(wire)
        self._inlet.connected()
        acknowledging = asyncio.create_task(stay.acks.run(), name=f"bus acks {declared.name}")
        tag = secrets.token_hex(8)
        try:
            await self._consume(stay, declared.name, tag)
            while not await _ended(wire.closing, cancelled, within=self._settings.reassert_every):
                await self._assert_sources(channel)
                await bind(declared, self._queue)
        finally:
            self._stay = None
            self._link.receivers.pop(tag, None)
            await end([acknowledging])
            stay.lost = not cancelled.done()  # the messages of a deleted queue never come again: those in hand are all
        if cancelled.done():
            _log.warning("bus_queue_lost", queue=declared.name)

    async def _consume(self, stay: Stay, name: str, tag: str) -> None:
        def receive(delivered: Delivered, content: Content, body: bytes) -> None:
            self._link.heard()
            stay.acks.received(delivered.tag)
            message = message_in(content, delivered.key, body)
            self._inlet.receive(RabbitDelivery(stay, delivered.tag, message, redelivered=delivered.redelivered))

        self._link.receivers[tag] = receive
        await stay.channel.basic_consume(name, _received_already, consumer_tag=tag)
        stay.tag = tag

    async def _assert_sources(self, channel: AbstractChannel) -> None:
        """Makes the service's own; where another's is missing the channel ends, and there is another try."""
        for exchange in self._own:
            await declare_exchange(channel, exchange)
        for name in self._others:
            await channel.get_exchange(name)


async def _received_already(_: DeliveredMessage) -> None:
    """What aiormq would call for what it were to find; nothing is left to it."""


async def _ended(closing: asyncio.Future[Any], cancelled: asyncio.Future[object], *, within: float) -> bool:
    """Whether the channel was closed, or the consumer cancelled by the broker, in this time."""
    done, _ = await asyncio.wait([closing, cancelled], timeout=within, return_when=asyncio.FIRST_COMPLETED)
    return bool(done)


def message_in(content: Content, key: str, body: bytes) -> Message:
    """What was delivered; a message of others that has no id is known by its body."""
    return Message(
        id=content.id or hashlib.sha256(body).hexdigest()[:32],
        type=content.type or key,
        body=body,
        headers=headers_in(content.headers) if content.headers else {},
    )


def headers_in(headers: Mapping[str, Any]) -> dict[str, str | int]:
    """The headers that travel on. Those of the broker begin with `x-`; of them only who gave the message up is told."""
    kept = {name: value for name, value in headers.items() if isinstance(value, str | int) and name[:2] != "x-"}
    for death in headers.get("x-death", ()):
        if death["reason"] == "delivery_limit":
            kept[GIVEN_UP_BY] = death["queue"]
    return kept
