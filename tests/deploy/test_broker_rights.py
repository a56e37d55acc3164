from __future__ import annotations

from collections.abc import AsyncIterator

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractExchange
from aiormq.exceptions import ChannelAccessRefused
from pamqp.common import FieldTable

from deploy.local.home import Home
from deploy.local.nodes import Broker
from deploy.local.stack import stack
from deploy.rabbitmq.definitions import EVENTS

RETURNS_TO_SENDER: FieldTable = {"x-dead-letter-exchange": "", "x-message-ttl": 1000}


@pytest.fixture(scope="module")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Broker]:
    home = Home(tmp_path_factory.mktemp("home"), private=True)
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("AMQP_URL", raising=False)
        async with stack(home, services=[], mongo_url="mongodb://none.invalid") as running:
            yield running.nodes.broker


@pytest.fixture
async def channel(broker: Broker) -> AsyncIterator[AbstractChannel]:
    """The sales service's own."""
    async with await aio_pika.connect(broker.url(user="sales")) as connection:
        yield await connection.channel(on_return_raises=True)


@pytest.fixture
async def events(channel: AbstractChannel) -> AbstractExchange:
    return await channel.declare_exchange(EVENTS, "topic", durable=True)


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


async def test_a_service_declares_its_retry_queues(channel: AbstractChannel) -> None:
    tier = await channel.declare_exchange("sales.retry.1s", "fanout", auto_delete=True)
    queue = await channel.declare_queue("sales.retry.1s", exclusive=True, arguments=RETURNS_TO_SENDER)
    await queue.bind(tier)


@pytest.mark.parametrize("name", ["journal.log", "salesforce.log", "crm.events"])
async def test_a_service_cannot_take_queues_of_another(name: str, channel: AbstractChannel) -> None:
    with pytest.raises(ChannelAccessRefused):
        await channel.declare_queue(f"{name}.queue", exclusive=True)
