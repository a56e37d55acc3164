"""RabbitMQ when things go wrong: connections cut, half-open or mute; queues, bindings and exchanges deleted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from typing import Any

import pytest
from aio_pika.abc import AbstractChannel

from libs.bus.broker import NotConfirmed, NotPublished, Unroutable
from libs.bus.message import Message
from libs.bus.rabbit.broker import RabbitBroker
from libs.bus.rabbit.declaring import arguments_of
from libs.bus.rabbit.frames import Content
from libs.bus.rabbit.subscription import message_in
from libs.bus.settings import BusSettings
from libs.bus.topology import (
    DEFAULT_EXCHANGE,
    Queue,
    broadcast_queue,
    consumer_queue,
    foundations,
    queue_name,
)
from libs.store.ids import new_id
from tests.libs.bus.conditions import eventually
from tests.libs.bus.inlets import Received
from tests.libs.bus.proxy import Proxy
from tests.support.waiting import PATIENCE

QUALIFIED = "sales.lead.qualified"
Open = Callable[..., Awaitable[RabbitBroker]]


@pytest.fixture
async def through(
    proxy: Proxy, service: str, settings: BusSettings, server: AbstractChannel
) -> AsyncIterator[RabbitBroker]:
    """A broker whose connections pass the proxy."""
    broker = RabbitBroker(proxy.url, name=service, settings=settings)
    await broker.open(foundations(service, settings))
    yield broker
    proxy.thaw()
    await broker.close()


@pytest.fixture
async def subscribe(service: str, settings: BusSettings) -> AsyncIterator[Callable[..., Received]]:
    async with AsyncExitStack() as closing:

        def subscribe(broker: RabbitBroker, queue: Queue | None = None) -> Received:
            inlet = Received()
            bound = queue or consumer_queue(service, "conversion", [QUALIFIED], settings)
            closing.push_async_callback(broker.subscribe(bound, inlet, prefetch=1000).close)
            return inlet

        yield subscribe


def event(id: str | None = None) -> Message:
    return Message(id or new_id(), QUALIFIED, b"{}")


async def reaches(broker: RabbitBroker, settings: BusSettings, inlet: Received) -> None:
    """Publishes until one arrives; what a consumer and publisher that have recovered can do."""

    probes: set[str] = set()

    async def arrives() -> bool:
        probe = event()
        with suppress(NotPublished):
            await broker.publish(probe, exchange=settings.exchange, key=QUALIFIED)
            probes.add(probe.id)
        with suppress(TimeoutError):
            await eventually(lambda: not probes.isdisjoint(inlet.ids), within=0.3)
        return not probes.isdisjoint(inlet.ids)

    await eventually(arrives)


async def test_a_publication_that_the_broker_refuses_is_not_confirmed(
    rabbit: RabbitBroker, server: AbstractChannel, service: str
) -> None:
    full: dict[str, Any] = {"x-max-length": 1, "x-overflow": "reject-publish"}
    await server.declare_queue(queue_name(service, "second"), durable=True, arguments=full)
    for number in range(2):
        sent = rabbit.send(event(str(number)), exchange=DEFAULT_EXCHANGE, key=queue_name(service, "second"))
        await asyncio.wait([sent])
    with pytest.raises(NotConfirmed, match="refused"):
        await sent


async def test_a_publication_that_no_queue_receives_is_unroutable(rabbit: RabbitBroker, service: str) -> None:
    with pytest.raises(Unroutable):
        await rabbit.publish(event(), exchange=DEFAULT_EXCHANGE, key=queue_name(service, "nobody"))


async def test_it_opens_while_the_broker_is_away_and_connects_when_it_comes(
    proxy: Proxy, through: RabbitBroker, subscribe: Callable[..., Received], settings: BusSettings
) -> None:
    proxy.refusing = True
    proxy.cut()
    await eventually(lambda: not through.connected)
    with pytest.raises(NotConfirmed, match="away"):
        await through.publish(event(), exchange=settings.exchange, key=QUALIFIED)
    inlet = subscribe(through)
    proxy.refusing = False
    await reaches(through, settings, inlet)


async def test_publications_in_flight_when_the_connection_is_cut_are_unknown(
    proxy: Proxy, through: RabbitBroker, settings: BusSettings
) -> None:
    await eventually(lambda: through.connected)
    proxy.mute_broker()
    sent = [through.send(event(), exchange=settings.exchange, key=QUALIFIED) for _ in range(50)]
    proxy.cut()
    proxy.thaw()
    answers = await asyncio.wait_for(asyncio.gather(*sent, return_exceptions=True), PATIENCE)
    assert {type(answer) for answer in answers} == {NotConfirmed}


async def test_everything_flows_again_after_each_of_many_cuts(
    proxy: Proxy, through: RabbitBroker, subscribe: Callable[..., Received], settings: BusSettings
) -> None:
    inlet = subscribe(through)
    for _ in range(5):
        await reaches(through, settings, inlet)
        proxy.cut()
    await reaches(through, settings, inlet)


async def test_a_half_open_connection_is_noticed_and_replaced(
    proxy: Proxy, server: AbstractChannel, subscribe: Callable[..., Received], service: str, settings: BusSettings
) -> None:
    attentive = replace(settings, probe_every=0.3, probe_timeout=0.3)
    broker = RabbitBroker(proxy.url, name=service, settings=attentive)
    await broker.open(foundations(service, attentive))
    inlet = subscribe(broker)
    await reaches(broker, settings, inlet)
    accepted = proxy.accepted
    proxy.freeze()
    await eventually(lambda: proxy.accepted >= accepted + 2)
    proxy.thaw()
    await reaches(broker, settings, inlet)
    await broker.close()


@pytest.fixture
async def attentive(
    proxy: Proxy, server: AbstractChannel, service: str, settings: BusSettings
) -> AsyncIterator[RabbitBroker]:
    """A broker that asks without a pause whether its connections are alive, and has no patience with them."""
    impatient = replace(settings, probe_every=0.0, probe_timeout=1.0, publish_timeout=1.0, reassert_every=60)
    broker = RabbitBroker(proxy.url, name=service, settings=impatient)
    await broker.open(foundations(service, impatient))
    await eventually(lambda: broker.connected)
    yield broker
    await broker.close()


async def test_a_connection_lives_as_long_as_messages_come_though_an_answer_waits_behind_them(
    proxy: Proxy,
    attentive: RabbitBroker,
    rabbit: RabbitBroker,
    subscribe: Callable[..., Received],
    settings: BusSettings,
) -> None:
    inlet = subscribe(attentive)
    await reaches(attentive, settings, inlet)
    accepted, proxy.pace = proxy.accepted, 1_000_000
    large = [replace(event(), body=bytes(50_000)) for _ in range(60)]
    await asyncio.gather(*(rabbit.send(each, exchange=settings.exchange, key=QUALIFIED) for each in large))
    await eventually(lambda: {each.id for each in large} <= set(inlet.ids))
    assert proxy.accepted == accepted


async def test_a_process_that_had_no_time_to_read_keeps_its_connections(
    proxy: Proxy, attentive: RabbitBroker, subscribe: Callable[..., Received], settings: BusSettings
) -> None:
    inlet = subscribe(attentive)
    await reaches(attentive, settings, inlet)
    accepted = proxy.accepted
    for _ in range(3):
        sent = attentive.send(event(), exchange=settings.exchange, key=QUALIFIED)
        await asyncio.sleep(0.01)
        time.sleep(1.2)  # noqa: ASYNC251 - a process that is starved
        await sent
    assert proxy.accepted == accepted


async def test_confirmations_that_never_come_end_the_connection(
    proxy: Proxy, service: str, settings: BusSettings, server: AbstractChannel
) -> None:
    patient = replace(settings, publish_timeout=0.4, probe_every=60, reassert_every=60)
    broker = RabbitBroker(proxy.url, name=service, settings=patient)
    await broker.open(foundations(service, patient))
    await eventually(lambda: broker.connected)
    proxy.mute_broker()
    with pytest.raises(NotConfirmed):
        await asyncio.wait_for(broker.send(event(), exchange=settings.exchange, key=QUALIFIED), PATIENCE)
    proxy.thaw()

    async def is_taken() -> bool:
        with suppress(NotPublished):
            await broker.publish(event(), exchange=settings.exchange, key=QUALIFIED)
            return True
        return False

    await eventually(is_taken)
    await broker.close()


async def test_a_publish_timeout_is_unknown_and_its_repetition_shares_the_flight(
    proxy: Proxy, through: RabbitBroker, subscribe: Callable[..., Received], settings: BusSettings
) -> None:
    inlet = subscribe(through)
    await reaches(through, settings, inlet)
    proxy.mute_broker()
    first = through.send(event("one"), exchange=settings.exchange, key=QUALIFIED)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(first), 0.05)
    assert through.send(event("one"), exchange=settings.exchange, key=QUALIFIED) is first
    proxy.thaw()
    await first
    await eventually(lambda: inlet.ids.count("one") == 1)


async def test_a_deleted_queue_is_declared_again(
    rabbit: RabbitBroker,
    server: AbstractChannel,
    subscribe: Callable[..., Received],
    service: str,
    settings: BusSettings,
) -> None:
    inlet = subscribe(rabbit)
    await reaches(rabbit, settings, inlet)
    in_hand = inlet.deliveries[-1]
    await delete(server, "queue", queue_name(service, "conversion"))
    await reaches(rabbit, settings, inlet)
    assert not in_hand.lost, "a deleted queue delivers nothing again, so what is in hand must be handled"


async def test_a_removed_binding_is_put_back_and_events_meanwhile_wait_as_unrouted(
    rabbit: RabbitBroker,
    server: AbstractChannel,
    subscribe: Callable[..., Received],
    service: str,
    settings: BusSettings,
) -> None:
    inlet = subscribe(rabbit)
    await reaches(rabbit, settings, inlet)
    wire = await server.get_underlay_channel()

    async def is_unrouted() -> bool:
        """The binding is put back so soon that it may take several removals to publish without it."""
        before = await depth(rabbit, settings.unrouted)
        await wire.queue_unbind(queue_name(service, "conversion"), settings.exchange, QUALIFIED)
        await rabbit.publish(event(), exchange=settings.exchange, key=QUALIFIED)
        return await depth(rabbit, settings.unrouted) > before

    await eventually(is_unrouted)
    await reaches(rabbit, settings, inlet)


async def test_a_deleted_exchange_is_declared_again_with_its_bindings(
    rabbit: RabbitBroker, server: AbstractChannel, subscribe: Callable[..., Received], settings: BusSettings
) -> None:
    inlet = subscribe(rabbit)
    await reaches(rabbit, settings, inlet)
    await delete(server, "exchange", settings.exchange)
    await reaches(rabbit, settings, inlet)


async def test_a_broadcast_gets_a_new_queue_after_a_cut(
    proxy: Proxy, through: RabbitBroker, subscribe: Callable[..., Received], service: str, settings: BusSettings
) -> None:
    inlet = subscribe(through, broadcast_queue(service, "revoked", [QUALIFIED], settings))
    await reaches(through, settings, inlet)
    connects = inlet.connects
    proxy.cut()
    await eventually(lambda: inlet.connects > connects)
    await reaches(through, settings, inlet)


async def test_a_delivery_answered_twice_does_not_end_the_channel(
    rabbit: RabbitBroker, subscribe: Callable[..., Received], settings: BusSettings
) -> None:
    inlet = subscribe(rabbit)
    await reaches(rabbit, settings, inlet)
    await inlet.deliveries[-1].ack()
    await inlet.deliveries[-1].requeue()
    await reaches(rabbit, settings, inlet)
    assert inlet.connects == 1


def test_a_message_without_an_id_is_known_by_its_body() -> None:
    def delivered(body: bytes) -> Message:
        return message_in(Content(size=len(body), id=None, type=None, headers=None), QUALIFIED, body)

    assert delivered(b"a").id == delivered(b"a").id != delivered(b"b").id
    assert delivered(b"a").type == QUALIFIED


def test_queues_ask_only_for_what_every_supported_version_knows() -> None:
    delayed = arguments_of(Queue(name="sales.retry.1s", delay_ms=1000))
    assert delayed["x-overflow"] == "reject-publish"
    assert delayed["x-dead-letter-strategy"] == "at-least-once"
    assert "x-dead-letter-routing-key" not in delayed
    consuming = arguments_of(Queue(name="sales.conversion", delivery_limit=20, dead_letters_to="sales.dead"))
    assert consuming == {
        "x-queue-type": "quorum",
        "x-delivery-limit": 20,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": "sales.dead",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


async def depth(broker: RabbitBroker, queue: str) -> int:
    state = (await broker.states([queue]))[queue]
    return 0 if state is None else state.messages


async def delete(server: AbstractChannel, kind: str, name: str) -> None:
    wire: Any = await server.get_underlay_channel()
    await (wire.queue_delete(name) if kind == "queue" else wire.exchange_delete(name))
