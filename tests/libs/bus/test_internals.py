"""What the bus takes of aiormq and aio-pika beyond what they promise. If this fails, read docs/adr/0030 and 0058."""

from __future__ import annotations

import asyncio
import inspect
import tomllib
from importlib.metadata import version
from pathlib import Path

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aio_pika.connection import make_url
from aiormq import AMQPConnectionError, TransportFactory
from aiormq.abc import ChannelFrame
from packaging.requirements import Requirement
from pamqp.commands import Basic
from yarl import URL

from libs.bus.message import Message
from libs.bus.rabbit.frames import publication
from libs.bus.rabbit.link import wire_of
from tests.support.waiting import PATIENCE

PROJECT = Path(__file__).parents[3] / "pyproject.toml"
LEANT_ON = ("aio-pika", "aiormq", "pamqp")


@pytest.mark.parametrize("name", LEANT_ON)
def test_the_installed_version_is_one_that_this_was_written_for(name: str) -> None:
    declared = map(Requirement, tomllib.loads(PROJECT.read_text())["project"]["dependencies"])
    (requirement,) = [each for each in declared if each.name == name]
    assert any(bound.operator == "<" for bound in requirement.specifier), f"{name} needs an upper bound"
    assert requirement.specifier.contains(version(name))


async def test_a_channel_has_what_publishing_writes_into(server: AbstractChannel) -> None:
    wire = await wire_of(server)
    expected = {
        "number": int,
        "max_content_size": int,
        "delivery_tag": int,
        "confirmations": dict,
        "message_id_delivery_tag": dict,
        "write_queue": asyncio.Queue,
        "closing": asyncio.Future,
    }
    assert {name: type(getattr(wire, name, None)) for name, kind in expected.items()
            if not isinstance(getattr(wire, name, None), kind)} == {}  # fmt: skip
    assert inspect.iscoroutinefunction(wire.connection.ready)
    assert list(inspect.signature(ChannelFrame).parameters)[:2] == ["payload", "should_close"]


async def test_a_connection_opens_its_stream_by_the_factory_that_it_was_given(amqp_url: str) -> None:
    connection = aio_pika.Connection(make_url(amqp_url))
    connection.kwargs["transport_factory"] = _Refusing()
    with pytest.raises(AMQPConnectionError, match="by the factory"):
        await connection.connect(timeout=PATIENCE)


class _Refusing(TransportFactory):
    async def create(self, url: URL, **_: object) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        raise AMQPConnectionError(f"{url.scheme}: by the factory")


async def test_an_answer_reaches_the_future_that_was_put_among_the_confirmations(
    server: AbstractChannel, service: str
) -> None:
    """One publication by hand, the way libs/bus/rabbit/publisher.py does it for many."""
    wire = await wire_of(server)
    answered: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    message = Message("one", "sales.lead.created", b"{}")
    wire.delivery_tag += 1
    wire.confirmations[wire.delivery_tag] = answered
    wire.message_id_delivery_tag["one"] = wire.delivery_tag
    queue = await server.declare_queue(f"{service}.second", exclusive=True)
    await queue.bind("amq.fanout")

    frames = publication(message, exchange="amq.fanout", key="", channel=wire.number, largest=wire.max_content_size)
    await wire.write_queue.put(ChannelFrame(frames, should_close=False))

    assert isinstance(await asyncio.wait_for(answered, PATIENCE), Basic.Ack)
    assert (await queue.get(timeout=PATIENCE)).message_id == "one"
