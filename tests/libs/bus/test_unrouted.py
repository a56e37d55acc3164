"""Events that no queue wanted: looked at, announced once more, discarded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from libs.bus.broker import Broker
from libs.bus.memory import MemoryBroker
from libs.bus.message import Message
from libs.bus.parking import LONGEST_REPLAY
from libs.bus.rabbit.broker import RabbitBroker
from libs.bus.settings import BusSettings
from libs.bus.topology import consumer_queue
from libs.bus.unrouted import Settled, Unrouted
from libs.domain.refusals import Unavailable
from libs.store.clock import utc_now
from tests.libs.bus.conditions import eventually
from tests.libs.bus.events import LeadQualified, message_of, qualified
from tests.libs.bus.inlets import Received
from tests.libs.bus.test_measures import value_of

DISCARDED = 'bus_unrouted_total{how="discarded"}'


@pytest.fixture
def unrouted(broker: Broker, settings: BusSettings) -> Unrouted:
    return Unrouted(broker, settings)


async def unwanted(broker: Broker, unrouted: Unrouted, settings: BusSettings, count: int = 3) -> list[Message]:
    """Events that lie there, in their order."""
    messages = [message_of(qualified()) for _ in range(count)]
    for message in messages:
        await broker.publish(message, exchange=settings.exchange, key=message.type)

    async def all_there() -> bool:
        return await unrouted.count() == count

    await eventually(all_there)
    return messages


async def bind(broker: Broker, service: str, settings: BusSettings) -> Received:
    inlet = Received()
    subscription = broker.subscribe(consumer_queue(service, "copies", ["#"], settings), inlet, prefetch=100)
    await eventually(lambda: subscription.active)
    return inlet


async def test_they_are_shown_and_stay(broker: Broker, unrouted: Unrouted, settings: BusSettings) -> None:
    messages = await unwanted(broker, unrouted, settings)

    shown = await unrouted.page(2)

    assert [each.id for each in shown] == [message.id for message in messages[:2]]
    assert {each.type for each in shown} == {LeadQualified.type}
    assert all(each.subject and each.bytes for each in shown)

    async def all_again() -> bool:
        return await unrouted.count() == 3

    await eventually(all_again)


async def test_a_replay_announces_them_as_they_were(
    broker: Broker, unrouted: Unrouted, settings: BusSettings, service: str
) -> None:
    messages = await unwanted(broker, unrouted, settings)
    wanted = await bind(broker, service, settings)

    assert await unrouted.replay() == Settled(done=3, left=0)

    await eventually(lambda: sorted(wanted.ids) == sorted(message.id for message in messages))
    assert {each.message.body for each in wanted.deliveries} == {message.body for message in messages}


async def test_those_that_are_named_are_replayed_and_others_stay(
    broker: Broker, unrouted: Unrouted, settings: BusSettings, service: str
) -> None:
    messages = await unwanted(broker, unrouted, settings)
    wanted = await bind(broker, service, settings)

    await unrouted.replay([messages[1].id])

    await eventually(lambda: wanted.ids == [messages[1].id])

    async def others_are_there() -> bool:
        return [each.id for each in await unrouted.page(9)] == [messages[0].id, messages[2].id]

    await eventually(others_are_there)


async def test_what_is_discarded_is_gone(broker: Broker, unrouted: Unrouted, settings: BusSettings) -> None:
    messages = await unwanted(broker, unrouted, settings)

    assert (await unrouted.discard([messages[0].id])).done == 1

    async def gone() -> bool:
        return [each.id for each in await unrouted.page(9)] == [message.id for message in messages[1:]]

    async def given_back() -> bool:
        return await unrouted.count() == 2

    await eventually(gone)
    await eventually(given_back)
    assert await unrouted.discard() == Settled(done=2, left=0)


async def test_what_still_nobody_wants_comes_back(broker: Broker, unrouted: Unrouted, settings: BusSettings) -> None:
    messages = await unwanted(broker, unrouted, settings, count=1)

    assert (await unrouted.replay()).done == 1

    async def back() -> bool:
        return [each.id for each in await unrouted.page(9)] == [messages[0].id]

    await eventually(back)


async def test_what_the_broker_does_not_confirm_stays(
    memory: MemoryBroker, settings: BusSettings, service: str
) -> None:
    unrouted = Unrouted(memory, settings)
    await unwanted(memory, unrouted, settings)
    memory.connected = False

    with pytest.raises(Unavailable):
        await unrouted.replay()

    assert await unrouted.count() == 3


async def test_a_crash_between_the_two_steps_sends_an_event_twice_and_loses_none(
    rabbit: RabbitBroker, settings: BusSettings, service: str
) -> None:
    class Crash(Exception):
        pass

    async def crash(_: object) -> None:
        raise Crash

    unrouted = Unrouted(rabbit, settings)
    (message,) = await unwanted(rabbit, unrouted, settings, count=1)
    wanted = await bind(rabbit, service, settings)

    with pytest.raises(Crash):
        await rabbit.visit(settings.unrouted, crash, most=1)

    async def replayed() -> bool:
        return (await unrouted.replay()).done == 1

    await eventually(replayed)
    await eventually(lambda: wanted.ids == [message.id])


async def test_what_the_inbox_may_have_forgotten_is_not_replayed(
    memory: MemoryBroker, settings: BusSettings, service: str
) -> None:
    unrouted = Unrouted(memory, settings)
    long_ago = utc_now() - LONGEST_REPLAY - timedelta(minutes=1)
    message = message_of(replace(qualified(), time=long_ago))
    await memory.publish(message, exchange=settings.exchange, key=message.type)

    assert await unrouted.replay() == Settled(done=0, left=1, too_old=1)


async def test_what_operators_do_is_counted(memory: MemoryBroker, settings: BusSettings) -> None:
    unrouted, before = Unrouted(memory, settings), value_of(DISCARDED)
    await unwanted(memory, unrouted, settings)
    await unrouted.discard()
    assert value_of(DISCARDED) == before + 3
