"""Publishing with confirmation: only the broker's ack counts.

Sends by the channel of aiormq that lies under aio-pika's: measured with 64 in flight, 102 µs of CPU a message against
168 µs by `Exchange.publish`.
"""

import asyncio
from dataclasses import dataclass

from aio_pika.abc import AbstractChannel
from aiormq import Channel as WireChannel
from aiormq.exceptions import DeliveryError, PublishError
from pamqp.commands import Basic

from libs.bus.broker import NotConfirmed, Unroutable
from libs.bus.message import Message
from libs.bus.rabbit.declaring import declare
from libs.bus.rabbit.link import FAILURES, Link, wire_of
from libs.bus.settings import BusSettings
from libs.bus.tasks import end
from libs.bus.topology import Topology
from libs.contracts.envelope import CONTENT_TYPE
from libs.telemetry.logs import logger

PERSISTENT = 2

_log = logger()


@dataclass(frozen=True, slots=True)
class Flight:
    """A publication under way. aiormq tells returned messages apart by their id, so an id flies once at a time."""

    exchange: str
    key: str
    started: float
    landing: asyncio.Task[None]


class Publisher:
    """Many publications in flight on one channel."""

    def __init__(self, link: Link, topology: Topology, settings: BusSettings) -> None:
        self._link = link
        self._topology = topology
        self._settings = settings
        self._channel: WireChannel | None = None
        self._flights: dict[str, Flight] = {}
        self._landings: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._keeper = self._loop.create_task(self._keep(), name="bus publisher")

    @property
    def ready(self) -> bool:
        return self._channel is not None

    async def close(self) -> None:
        await end([self._keeper])
        if self._landings:
            await asyncio.wait(self._landings)

    def send(self, message: Message, *, exchange: str, key: str) -> asyncio.Future[None]:
        earlier = self._flights.get(message.id)
        if earlier is not None and (earlier.exchange, earlier.key) == (exchange, key):
            return earlier.landing
        landing = self._loop.create_task(self._fly(message, exchange, key, earlier))
        self._flights[message.id] = Flight(exchange, key, self._loop.time(), landing)
        self._landings.add(landing)
        landing.add_done_callback(self._landed)
        return landing

    async def _fly(self, message: Message, exchange: str, key: str, earlier: Flight | None) -> None:
        try:
            if earlier is not None:
                await asyncio.wait([earlier.landing])
            await self._confirmed(message, exchange, key)
        except asyncio.CancelledError as error:
            raise NotConfirmed("the connection ended before the broker's answer") from error
        finally:
            if self._flights[message.id].landing is asyncio.current_task():
                del self._flights[message.id]

    def _landed(self, landing: asyncio.Task[None]) -> None:
        self._landings.discard(landing)
        landing.exception()  # whoever waits is told; if nobody does, the loop need not complain

    async def _confirmed(self, message: Message, exchange: str, key: str) -> None:
        if self._channel is None:
            raise NotConfirmed("the broker is away")
        try:
            await self._channel.connection.ready()
            answer = await self._channel.basic_publish(
                message.body,
                exchange=exchange,
                routing_key=key,
                properties=_properties(message),
                mandatory=True,
                wait=False,
            )
        except PublishError as error:
            raise Unroutable(f"no queue for {key!r} on {exchange!r}") from error
        except DeliveryError as error:
            raise NotConfirmed("refused by the broker") from error
        except FAILURES as error:
            raise NotConfirmed("the connection ended before the broker's answer") from error
        if not isinstance(answer, Basic.Ack):
            raise NotConfirmed(f"answered by {answer!r}")

    async def _keep(self) -> None:
        await self._link.keep(self._serve, wanted=lambda: True, confirms=True)

    async def _serve(self, channel: AbstractChannel) -> None:
        await declare(channel, self._topology)
        wire = await wire_of(channel)
        closing = wire.closing
        self._channel = wire
        declared = self._loop.time()
        try:
            while not closing.done() and not await self._stuck():
                await asyncio.wait([closing], timeout=self._settings.publish_timeout / 4)
                if self._loop.time() - declared > self._settings.reassert_every:
                    await declare(channel, self._topology)
                    declared = self._loop.time()
        finally:
            self._channel = None
            self._abandon_flights()

    async def _stuck(self) -> bool:
        """Whether a confirmation has failed to come for so long that the connection must be dead."""
        oldest = next(iter(self._flights.values()), None)
        if oldest is None or self._loop.time() - oldest.started < self._settings.publish_timeout:
            return False
        if await self._link.blocked():
            return False
        _log.warning("bus_confirmations_missing", in_flight=len(self._landings))
        self._link.recycle()
        return True

    def _abandon_flights(self) -> None:
        """Ends what would wait for ever: aiormq does not wake a sender whose connection died with a full write queue.

        Those just sent get their first turn before, and find that there is no channel.
        """
        for landing in self._landings:
            self._loop.call_soon(landing.cancel)


def _properties(message: Message) -> Basic.Properties:
    return Basic.Properties(
        content_type=CONTENT_TYPE,
        delivery_mode=PERSISTENT,
        message_id=message.id,
        message_type=message.type,
        headers=dict(message.headers) if message.headers else None,
    )
