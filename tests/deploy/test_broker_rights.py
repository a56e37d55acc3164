from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final, TypeAlias

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
from libs.bus.topology import Topology, broadcast_queue, common, consumer_queue, foundations, mark_name
from tests.support.broker_tool import broker_tool
from tests.support.waiting import PATIENCE, eventually

Denied: TypeAlias = Callable[[AbstractChannel], Awaitable[object]]


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
async def keeper(broker: Broker) -> AsyncIterator[AbstractChannel]:
    """The journal's, after it has declared what all services share, and its own."""
    async with await aio_pika.connect(broker.url(user="journal")) as connection:
        channel = await connection.channel(on_return_raises=True)
        for topology in common(BusSettings()), foundations("journal", BusSettings()):
            await declare(channel, topology)
        yield channel


@pytest.fixture
async def events(channel: AbstractChannel) -> AbstractExchange:
    return await channel.get_exchange(EVENTS)


async def test_a_service_announces_its_own_events(channel: AbstractChannel, events: AbstractExchange) -> None:
    queue = await channel.declare_queue("sales.heard", exclusive=True)
    await queue.bind(events, "#")
    await events.publish(aio_pika.Message(b"{}"), "sales.lead.created", timeout=PATIENCE)
    assert await queue.get(timeout=PATIENCE) is not None


async def test_a_service_cannot_announce_events_of_another(events: AbstractExchange) -> None:
    with pytest.raises(ChannelAccessRefused):
        await events.publish(aio_pika.Message(b"{}"), "identity.user.created", timeout=PATIENCE)


async def test_a_service_hears_events_of_all(channel: AbstractChannel, events: AbstractExchange) -> None:
    queue = await channel.declare_queue("sales.users", exclusive=True)
    await queue.bind(events, "identity.user.*")


async def test_a_service_declares_all_that_it_needs(channel: AbstractChannel) -> None:
    settings = BusSettings()
    await declare(channel, Topology(queues=(consumer_queue("sales", "customers", ["sales.lead.*"], settings),)))
    await declare(channel, Topology(queues=(broadcast_queue("sales", "sign_ins", ["#"], settings),)))


async def test_a_service_sees_whether_another_has_its_queues(broker: Broker, channel: AbstractChannel) -> None:
    async with await aio_pika.connect(broker.url(user="journal")) as connection:
        await declare(await connection.channel(), foundations("journal", BusSettings()))
    await channel.get_exchange(mark_name("journal"))
    with pytest.raises(ChannelNotFoundEntity):
        await channel.get_exchange(mark_name("activity"))


async def test_what_all_share_is_there_before_any_service(broker: Broker, channel: AbstractChannel) -> None:
    shared = common(BusSettings())
    listed = await broker_tool(broker, "list_exchanges", "--vhost", VIRTUAL_HOST, "name", "type", "arguments")

    for exchange in shared.exchanges:
        assert f"{exchange.name}\t{exchange.kind}" in listed
        await channel.get_exchange(exchange.name)
    assert f'"alternate-exchange","{UNROUTED}"' in listed


async def test_what_nobody_wants_is_kept_before_the_journal_was_there(
    broker: Broker, channel: AbstractChannel, events: AbstractExchange
) -> None:
    """This test is the first that publishes; its event is refused where there is no queue for it."""
    await events.publish(aio_pika.Message(b"{}"), "sales.nobody.wants", timeout=PATIENCE)

    assert common(BusSettings()).queues[0].name == UNROUTED
    assert UNROUTED in await broker_tool(broker, "list_queues", "--vhost", VIRTUAL_HOST, "name")


async def test_the_journal_announces_once_more_whatever_nobody_wanted(keeper: AbstractChannel) -> None:
    queue = await keeper.get_queue(UNROUTED)
    await queue.purge()
    events = await keeper.get_exchange(EVENTS)
    await events.publish(aio_pika.Message(b"{}"), "identity.user.created", timeout=PATIENCE)

    unwanted = await eventually(lambda: queue.get(timeout=PATIENCE, fail=False))
    await unwanted.ack()


DENIED: Final[Mapping[str, Denied]] = {
    "publish to a queue past its bindings": lambda channel: channel.default_exchange.publish(
        aio_pika.Message(b"{}"), "sales.dead", timeout=PATIENCE
    ),
    "publish to the door of another": lambda channel: _publish(channel, "journal.door", "journal.dead"),
    "publish to what nobody wanted": lambda channel: _publish(channel, UNROUTED, "sales.lead.created"),
    "read what nobody wanted": lambda channel: _queue(channel, UNROUTED).get(timeout=PATIENCE),
    "purge what nobody wanted": lambda channel: _queue(channel, UNROUTED).purge(),
    "delete what nobody wanted": lambda channel: _queue(channel, UNROUTED).delete(if_unused=False, if_empty=False),
    "declare the exchange of all events": lambda channel: channel.declare_exchange(EVENTS, "topic", durable=True),
    "delete the exchange of all events": lambda channel: channel.exchange_delete(EVENTS),
    "delete the exchange of what nobody wanted": lambda channel: channel.exchange_delete(UNROUTED),
    "let its queue give up messages to another": lambda channel: channel.declare_queue(
        "sales.trick", arguments={"x-dead-letter-exchange": "journal.door"}
    ),
    "let its exchange hand on what it does not want to another": lambda channel: channel.declare_exchange(
        "sales.trick", "fanout", arguments={"alternate-exchange": "journal.door"}
    ),
    "take the mark of another away": lambda channel: channel.exchange_delete(mark_name("journal")),
}
"""What a service must not do, as the sales service tries it."""


async def _publish(channel: AbstractChannel, exchange: str, key: str) -> None:
    found = await channel.get_exchange(exchange, ensure=False)
    await found.publish(aio_pika.Message(b"{}"), key, timeout=PATIENCE)


def _queue(channel: AbstractChannel, name: str) -> AbstractQueue:
    return aio_pika.Queue(channel, name, durable=True, exclusive=False, auto_delete=False, arguments=None, passive=True)


@pytest.mark.parametrize("act", DENIED.values(), ids=DENIED)
async def test_a_service_must_not(act: Denied, channel: AbstractChannel, keeper: AbstractChannel) -> None:
    with pytest.raises(ChannelAccessRefused):
        await act(channel)


async def test_events_that_nobody_wanted_are_kept_within_a_bound(broker: Broker, keeper: AbstractChannel) -> None:
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
        await events.publish(aio_pika.Message(b"{}"), "journal.webhook.created", timeout=PATIENCE)
        yield await channel.get_queue("journal.log", ensure=False)
        assert await queue.get(timeout=PATIENCE) is not None
        await queue.delete(if_unused=False, if_empty=False)


@pytest.mark.parametrize(
    "act",
    [
        lambda queue, _: queue.get(timeout=PATIENCE),
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
