from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel

from libs.bus.broker import Broker
from libs.bus.bus import Bus
from libs.bus.definitions import Broadcast, Consumer, Projection, Screen, unscreened
from libs.bus.memory import MemoryBroker
from libs.bus.rabbit.broker import RabbitBroker
from libs.bus.settings import BusSettings
from libs.bus.topology import common, foundations, queue_name
from libs.contracts.envelope import Envelope
from libs.store.store import Store
from tests.libs.bus.conditions import eventually
from tests.libs.bus.customers import Customer
from tests.libs.bus.events import message_of
from tests.libs.bus.proxy import Proxy
from tests.support.waiting import PATIENCE

Definition = Consumer | Projection | Broadcast
Start = Callable[..., Awaitable[Bus]]
Announce = Callable[..., Awaitable[None]]

NAMES = ("conversion", "copies", "revoked", "second")
"""What tests call their consumers."""


@pytest.fixture
def service() -> str:
    """A name of this test's own, which its queues begin with."""
    return f"t{uuid4().hex[:10]}"


@pytest.fixture
def settings(service: str) -> BusSettings:
    """The production settings with shorter intervals; whoever is merely slow has not failed."""
    return BusSettings(
        exchange=f"{service}.events",
        unrouted=f"{service}.unrouted",
        publish_timeout=5.0,
        clear_after=0.01,
        sweep_age=0.2,
        sweep_every=0.05,
        lease=1.0,
        first_pause=0.005,
        handling_timeout=PATIENCE,
        tiers=(0.1, 0.2, 0.3),
        delivery_limit=3,
        reconnect_first=0.02,
        reconnect_longest=0.2,
        reassert_every=0.3,
        drain_timeout=PATIENCE,
    )


@pytest.fixture
async def server(amqp_url: str, service: str, settings: BusSettings) -> AsyncIterator[AbstractChannel]:
    """The real broker, as an operator meets it. Whatever the test has declared is deleted afterwards."""
    connection = await aio_pika.connect(amqp_url)
    channel = await connection.channel()
    yield channel
    topology, shared = foundations(service, settings), common(settings)
    wire = await channel.get_underlay_channel()
    declared = {queue.name for queue in (*topology.queues, *shared.queues)}
    for queue in declared | {queue_name(service, name) for name in NAMES}:
        await wire.queue_delete(queue)
    for exchange in [*topology.exchanges, *shared.exchanges, topology.mark]:
        assert exchange is not None
        await wire.exchange_delete(exchange.name)
    await connection.close()


@pytest.fixture
async def rabbit(
    amqp_url: str, service: str, settings: BusSettings, server: AbstractChannel
) -> AsyncIterator[RabbitBroker]:
    broker = RabbitBroker(amqp_url, name=service, settings=settings)
    await broker.open(foundations(service, settings))
    await eventually(lambda: broker.connected)
    yield broker
    await broker.close()


@pytest.fixture
async def memory(service: str, settings: BusSettings) -> AsyncIterator[MemoryBroker]:
    broker = MemoryBroker()
    await broker.open(foundations(service, settings))
    yield broker
    await broker.close()


@pytest.fixture
async def store(mongo_url: str, database_name: str, service: str) -> AsyncIterator[Store]:
    store = await Store.open(mongo_url, database_name, service=service, records=[Customer], seconds=PATIENCE)
    yield store
    await store.close()


@pytest.fixture
async def start(
    store: Store, amqp_url: str, service: str, settings: BusSettings, server: AbstractChannel
) -> AsyncIterator[Start]:
    """Starts a bus with the given definitions on RabbitMQ, or on another `broker`, and waits until events flow."""
    async with AsyncExitStack() as stopping:

        async def start(
            *definitions: Definition, broker: Broker | None = None, screen: Screen = unscreened, **changes: Any
        ) -> Bus:
            adjusted = replace(settings, **changes)
            bus = Bus(
                store,
                broker or RabbitBroker(amqp_url, name=service, settings=adjusted),
                consumers=[each for each in definitions if isinstance(each, Consumer)],
                projections=[each for each in definitions if isinstance(each, Projection)],
                broadcasts=[each for each in definitions if isinstance(each, Broadcast)],
                screen=screen,
                settings=adjusted,
            )
            await bus.start()
            stopping.push_async_callback(bus.stop)
            await eventually(lambda: bus.ready)
            return bus

        yield start


@pytest.fixture
def announce(rabbit: RabbitBroker, settings: BusSettings) -> Announce:
    """Publishes an event as another service would."""

    async def announce(*envelopes: Envelope) -> None:
        for envelope in envelopes:
            await rabbit.publish(message_of(envelope), exchange=settings.exchange, key=envelope.type)

    return announce


@pytest.fixture
async def proxy(amqp_url: str) -> AsyncIterator[Proxy]:
    async with Proxy(amqp_url) as proxy:
        yield proxy


@pytest.fixture(params=["rabbit", "memory"])
def broker(request: pytest.FixtureRequest) -> Broker:
    found: Broker = request.getfixturevalue(request.param)
    return found
