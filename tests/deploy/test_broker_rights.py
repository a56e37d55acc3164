from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractQueue
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity

from deploy.local.home import Home
from deploy.local.nodes import Broker
from deploy.local.stack import stack
from deploy.rabbitmq.definitions import EVENTS, UNROUTED, VIRTUAL_HOST
from libs.bus.rabbit.declaring import declare
from libs.bus.settings import BusSettings
from libs.bus.topology import Topology, broadcast_queue, consumer_queue, foundations, mark_name
from tests.support.broker_tool import broker_tool

pytestmark = pytest.mark.xdist_group("broker_rights")  # one broker for all of them


@pytest.fixture(scope="module")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Broker]:
    home = Home(tmp_path_factory.mktemp("home"), private=True)
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("AMQP_URL", raising=False)
        async with stack(home, services=[], mongo_url="mongodb://none.invalid") as running:
            yield running.nodes.broker


@pytest.fixture
async def channel(broker: Broker) -> AsyncIterator[AbstractChannel]:
    """The sales service's own, after it has declared its topology."""
    async with await aio_pika.connect(broker.url(user="sales")) as connection:
        channel = await connection.channel(on_return_raises=True)
        await declare(channel, foundations("sales", BusSettings()))
        yield channel


@pytest.fixture
async def events(channel: AbstractChannel) -> AbstractExchange:
    return await channel.get_exchange(EVENTS)


async def test_a_service_announces_its_own_events(channel: AbstractChannel, events: AbstractExchange) -> None:
    queue = await channel.declare_queue("sales.heard", exclusive=True)
    await queue.bind(events, "#")
    await events.publish(aio_pika.Message(b"{}"), "sales.lead.created", timeout=5)
    assert await queue.get(timeout=5) is not None


async def test_a_service_cannot_announce_events_of_another(events: AbstractExchange) -> None:
    with pytest.raises(ChannelAccessRefused):
        await events.publish(aio_pika.Message(b"{}"), "identity.user.created", timeout=5)


async def test_a_service_hears_events_of_all(channel: AbstractChannel, events: AbstractExchange) -> None:
    queue = await channel.declare_queue("sales.users", exclusive=True)
    await queue.bind(events, "identity.user.*")


async def test_a_service_declares_all_that_it_needs(channel: AbstractChannel) -> None:
    settings = BusSettings()
    await declare(channel, Topology(queues=(consumer_queue("sales", "customers", ["#"], settings),)))
    await declare(channel, Topology(queues=(broadcast_queue("sales", "sign_ins", ["#"], settings),)))


async def test_a_service_sees_whether_another_has_its_queues(broker: Broker, channel: AbstractChannel) -> None:
    async with await aio_pika.connect(broker.url(user="journal")) as connection:
        await declare(await connection.channel(), foundations("journal", BusSettings()))
    await channel.get_exchange(mark_name("journal"))
    with pytest.raises(ChannelNotFoundEntity):
        await channel.get_exchange(mark_name("activity"))


async def test_events_that_nobody_wanted_are_kept_within_a_bound(broker: Broker, channel: AbstractChannel) -> None:
    queues = await broker_tool(broker, "list_queues", "--vhost", VIRTUAL_HOST, "name", "policy")
    policies = await broker_tool(broker, "list_policies", "--vhost", VIRTUAL_HOST)

    assert f"{UNROUTED}\tunrouted" in queues
    assert '"max-length-bytes":268435456' in policies
    assert '"overflow":"drop-head"' in policies
    assert (BusSettings().unrouted, BusSettings().exchange) == (UNROUTED, EVENTS)


@pytest.mark.parametrize("name", ["journal.log", "salesforce.log", "crm.events"])
async def test_a_service_cannot_take_queues_of_another(name: str, channel: AbstractChannel) -> None:
    with pytest.raises(ChannelAccessRefused):
        await channel.declare_queue(f"{name}.queue", exclusive=True)


@pytest.fixture
async def foreign(broker: Broker, channel: AbstractChannel) -> AsyncIterator[AbstractQueue]:
    """The journal's queue with an event in it, as the sales service holds it in hand."""
    async with await aio_pika.connect(broker.url(user="journal")) as connection:
        own = await connection.channel()
        await declare(own, foundations("journal", BusSettings()))
        queue = await own.declare_queue("journal.log", durable=True, arguments={"x-queue-type": "quorum"})
        events = await own.get_exchange(EVENTS)
        await queue.bind(events, "journal.#")
        await events.publish(aio_pika.Message(b"{}"), "journal.webhook.created", timeout=5)
        yield await channel.get_queue("journal.log", ensure=False)
        assert await queue.get(timeout=5) is not None
        await queue.delete(if_unused=False, if_empty=False)


@pytest.mark.parametrize(
    "act",
    [
        lambda queue, _: queue.get(timeout=5),
        lambda queue, events: queue.bind(events, "#"),
        lambda queue, events: queue.unbind(events, "journal.#"),
        lambda queue, _: queue.purge(),
        lambda queue, _: queue.delete(if_unused=False, if_empty=False),
    ],
    ids=["get", "bind", "unbind", "purge", "delete"],
)
async def test_a_service_can_do_nothing_with_the_queue_of_another(
    act: Callable[[AbstractQueue, AbstractExchange], Awaitable[object]],
    foreign: AbstractQueue,
    events: AbstractExchange,
) -> None:
    with pytest.raises(ChannelAccessRefused):
        await act(foreign, events)
