"""The journal, running, and events as other services announce them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

import aio_pika
import pytest

from libs.contracts.envelope import Envelope
from libs.web.service import Service
from services.journal.app import journal
from tests.support.events import envelope
from tests.support.services import Running, delete_queues, running

Announce = Callable[..., Awaitable[None]]
Made = Callable[..., list[Envelope]]


@pytest.fixture(scope="module")
def name() -> str:
    """What the journal of one file of tests is called, so that it shares its queue with no other."""
    return f"journal{uuid4().hex[:8]}"


def named(name: str) -> Service:
    return replace(journal(), name=name)


@pytest.fixture(scope="module")
async def events(mongo_url: str, amqp_url: str, shared_database: str, name: str) -> AsyncIterator[Running]:
    """A journal that the tests of one file share; each reads events of its own `kind`."""
    async with running(named(name), mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        yield service
    await delete_queues(service.app, amqp_url)


@pytest.fixture(scope="module")
async def second(
    events: Running, mongo_url: str, amqp_url: str, shared_database: str, name: str
) -> AsyncIterator[Running]:
    """Another copy of the same journal."""
    async with running(named(name), mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        yield service


@pytest.fixture
def kind() -> str:
    """The first word of the types of a test's own events."""
    return f"t{uuid4().hex[:8]}"


@pytest.fixture
def made(kind: str) -> Made:
    """Makes events of the test's own kind."""

    def made(count: int, *, verb: str = "created") -> list[Envelope]:
        return [envelope(f"{kind}.lead.{verb}", "leads", {"topic": f"Zürich\n{number}"}) for number in range(count)]

    return made


@pytest.fixture
async def announce(amqp_url: str) -> AsyncIterator[Announce]:
    """Publishes events as their services do."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel(publisher_confirms=False)
        exchange = await channel.get_exchange("crm.events")

        async def announce(*envelopes: Envelope) -> None:
            for each in envelopes:
                message = aio_pika.Message(each.to_json(), message_id=each.id, type=each.type)
                await exchange.publish(message, routing_key=each.type)

        yield announce
