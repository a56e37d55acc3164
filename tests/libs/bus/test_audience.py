"""The first event waits until everybody whom it is for has a queue."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from aio_pika.abc import AbstractChannel
from prometheus_client import generate_latest

from libs.bus.broker import Broker, Flow, QueueState
from libs.bus.bus import Bus
from libs.bus.definitions import Projection, projection
from libs.bus.memory import MemoryBroker
from libs.bus.message import Message
from libs.bus.rabbit.broker import RabbitBroker
from libs.bus.settings import BusSettings
from libs.bus.topology import consumer_queue, foundations, mark_name, queue_name, tier_name
from libs.contracts.envelope import Envelope
from libs.store.store import Store
from libs.telemetry.metrics import registry
from tests.libs.bus.conditions import eventually
from tests.libs.bus.inlets import Received
from tests.libs.bus.test_relay import create, is_empty, waiting
from tests.support.waiting import PATIENCE

CREATED = "sales.customer.created"


@pytest.fixture
async def late(service: str, settings: BusSettings, server: AbstractChannel) -> AsyncIterator[str]:
    """The name of a service that starts after ours; what it has declared is deleted afterwards."""
    name = f"{service}l"
    yield name
    topology = foundations(name, settings)
    wire = await server.get_underlay_channel()
    for queue in {*(queue.name for queue in topology.queues), queue_name(name, "copies")}:
        await wire.queue_delete(queue)
    for exchange in topology.exchanges:
        await wire.exchange_delete(exchange.name)
    await wire.exchange_delete(mark_name(name))


@pytest.fixture
def expectant(settings: BusSettings, service: str, late: str) -> BusSettings:
    return replace(settings, audience=(service, late))


@pytest.fixture(params=["rabbit", "memory"])
async def brokers(
    request: pytest.FixtureRequest, amqp_url: str, service: str, late: str, expectant: BusSettings
) -> AsyncIterator[tuple[Broker, Broker]]:
    """Ours and the late one's; in memory they are one."""
    async with AsyncExitStack() as closing:
        ours: Broker
        theirs: Broker
        if request.param == "rabbit":
            ours = RabbitBroker(amqp_url, name=service, settings=expectant)
            theirs = RabbitBroker(amqp_url, name=late, settings=expectant)
            closing.push_async_callback(theirs.close)
        else:
            ours = theirs = MemoryBroker()
        closing.push_async_callback(ours.close)
        yield ours, theirs


async def test_the_way_is_open_once_all_whom_events_are_for_have_declared(
    brokers: tuple[Broker, Broker], service: str, late: str, expectant: BusSettings
) -> None:
    ours, theirs = brokers
    assert ours.flow is Flow.AWAY
    await ours.open(foundations(service, expectant))
    await eventually(lambda: ours.flow is Flow.UNHEARD)
    queue = consumer_queue(late, "copies", [CREATED], expectant)
    await theirs.open(foundations(late, expectant, [queue]))
    await eventually(lambda: ours.flow is theirs.flow is Flow.OPEN)
    assert await ours.states([queue.name]) == {queue.name: QueueState(0, 0)}


@pytest.fixture
def heard() -> list[Envelope]:
    return []


@pytest.fixture
def copies(heard: list[Envelope]) -> Projection:
    @projection("copies", "sales.#")
    async def copy(_: Store, envelopes: Sequence[Envelope]) -> None:
        heard.extend(envelopes)

    return copy


@pytest.fixture
async def elsewhere(mongo_url: str, database_name: str, late: str) -> AsyncIterator[Store]:
    """The late service's own database."""
    store = await Store.open(mongo_url, f"{database_name}_late", service=late, seconds=PATIENCE)
    yield store
    await store.database.client.drop_database(store.database.name)
    await store.close()


async def test_an_event_announced_before_a_consumer_was_ever_there_reaches_it(  # noqa: PLR0917 - two services
    amqp_url: str, expectant: BusSettings, store: Store, elsewhere: Store, copies: Projection, heard: list[Envelope]
) -> None:
    async with AsyncExitStack() as stopping:
        ours = Bus(store, RabbitBroker(amqp_url, name="ours", settings=expectant), settings=expectant)
        await ours.start()
        stopping.push_async_callback(ours.stop)
        await eventually(lambda: ours.ready and ours.flow is Flow.UNHEARD)
        customer = await create(store, "Ada")
        assert await waiting(store) == 1
        assert b'bus_flow{state="unheard"} 1.0' in generate_latest(registry())

        rabbit = RabbitBroker(amqp_url, name="theirs", settings=expectant)
        theirs = Bus(elsewhere, rabbit, projections=[copies], settings=expectant)
        await theirs.start()
        stopping.push_async_callback(theirs.stop)

        await eventually(lambda: [event.record_id for event in heard] == [customer])
        await eventually(lambda: is_empty(store))
        await create(store, "Grace")
        await eventually(lambda: len(heard) == 2)


async def test_an_event_after_the_exchange_was_deleted_waits_until_all_listen_again(  # noqa: PLR0917 - two services
    amqp_url: str,
    expectant: BusSettings,
    server: AbstractChannel,
    store: Store,
    elsewhere: Store,
    copies: Projection,
    heard: list[Envelope],
) -> None:
    """Theirs notices only seconds later that its bindings went with the exchange."""
    slow = replace(expectant, reassert_every=2.0)
    async with AsyncExitStack() as stopping:
        ours = Bus(store, RabbitBroker(amqp_url, name="ours", settings=expectant), settings=expectant)
        rabbit = RabbitBroker(amqp_url, name="theirs", settings=slow)
        theirs = Bus(elsewhere, rabbit, projections=[copies], settings=slow)
        for bus in (ours, theirs):
            await bus.start()
            stopping.push_async_callback(bus.stop)
        await eventually(lambda: ours.flow is theirs.flow is Flow.OPEN)

        await server.exchange_delete(expectant.exchange)
        customers = [await create(store, name) for name in ("Ada", "Grace")]

        await eventually(lambda: {event.record_id for event in heard} == set(customers))


async def test_a_retry_does_not_wait_for_them(
    rabbit: RabbitBroker, amqp_url: str, service: str, expectant: BusSettings
) -> None:
    """What has reached this service is its own affair."""
    broker = RabbitBroker(amqp_url, name=service, settings=expectant)
    await broker.open(foundations(service, expectant))
    received = Received()
    queue = consumer_queue(service, "copies", [CREATED], expectant)
    subscription = broker.subscribe(queue, received, prefetch=1)
    await eventually(lambda: subscription.active and broker.flow is Flow.UNHEARD)
    tier = tier_name(service, expectant.tiers[0])
    await broker.publish(Message("one", CREATED, b"{}"), exchange=tier, key=queue.name)
    await eventually(lambda: received.ids == ["one"])
    await subscription.close()
    await broker.close()
