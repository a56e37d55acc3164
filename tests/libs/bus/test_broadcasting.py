"""Broadcasts on a real broker."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aio_pika.abc import AbstractChannel

from libs.bus.broadcasting import Broadcasting
from libs.bus.broker import Broker
from libs.bus.definitions import Broadcast
from libs.bus.message import Message
from libs.bus.rabbit.broker import RabbitBroker
from libs.bus.settings import BusSettings
from libs.bus.topology import foundations
from libs.contracts.envelope import Envelope
from tests.libs.bus.conditions import eventually
from tests.libs.bus.conftest import Announce
from tests.libs.bus.events import LeadQualified, qualified
from tests.libs.bus.proxy import Proxy


class Revoked:
    """One copy's memory. `loads` notes each reload; the next `failures` reloads fail."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.loads = 0
        self.failures = 0
        self.chokes_on: str | None = None

    async def load(self) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        self.loads += 1

    async def hear(self, envelope: Envelope) -> None:
        if envelope.record["topic"] == self.chokes_on:
            raise ValueError(self.chokes_on)
        self.heard.append(envelope.record["topic"])


def listening(memory: Revoked, service: str, broker: Broker, settings: BusSettings) -> Broadcasting:
    definition = Broadcast("revoked", (LeadQualified,), memory.hear, memory.load)
    return Broadcasting(definition, service, broker, settings)


@pytest.fixture
async def copies(service: str, rabbit: RabbitBroker, settings: BusSettings) -> AsyncIterator[tuple[Revoked, Revoked]]:
    memories = Revoked(), Revoked()
    started = [listening(memory, service, rabbit, settings) for memory in memories]
    for each in started:
        each.start()
    await eventually(lambda: all(each.active for each in started))
    yield memories
    for each in started:
        await each.stop()


async def test_every_copy_loads_its_state_and_hears_every_event(
    copies: tuple[Revoked, Revoked], announce: Announce
) -> None:
    await announce(qualified("Alice"), qualified("Bob"))
    await eventually(lambda: all(memory.heard == ["Alice", "Bob"] for memory in copies))
    assert [memory.loads for memory in copies] == [1, 1]


async def test_what_a_copy_could_not_handle_it_gets_by_loading_everything(
    copies: tuple[Revoked, Revoked], announce: Announce
) -> None:
    copies[0].chokes_on = "Alice"
    copies[0].failures = 2
    await announce(qualified("Alice"), qualified("Bob"))
    await eventually(lambda: copies[0].heard == ["Bob"])
    assert (copies[0].loads, copies[1].loads) == (2, 1)


async def test_an_unreadable_message_is_passed_over(
    copies: tuple[Revoked, Revoked], rabbit: RabbitBroker, announce: Announce, settings: BusSettings
) -> None:
    garbage = Message("garbage", LeadQualified.type, b"{")
    await rabbit.publish(garbage, exchange=settings.exchange, key=LeadQualified.type)
    await announce(qualified("Bob"))
    await eventually(lambda: copies[0].heard == ["Bob"])


async def test_state_is_loaded_again_after_each_connect(
    amqp_url: str, service: str, settings: BusSettings, server: AbstractChannel
) -> None:
    async with Proxy(amqp_url) as proxy:
        broker = RabbitBroker(proxy.url, name=service, settings=settings)
        await broker.open(foundations(service, settings))
        memory = Revoked()
        broadcasting = listening(memory, service, broker, settings)
        broadcasting.start()
        await eventually(lambda: broadcasting.active and memory.loads == 1)
        memory.failures = 1
        proxy.cut()
        await eventually(lambda: broadcasting.active and memory.loads == 2)
        await broadcasting.stop()
        await broker.close()
