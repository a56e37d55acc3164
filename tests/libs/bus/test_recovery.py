"""What failed is safe elsewhere before its queue forgets it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from libs.bus.memory import MemoryBroker
from libs.bus.message import Delivery
from libs.bus.parking import Parking, Reason
from libs.bus.recovery import Recovery
from libs.bus.settings import BusSettings
from libs.bus.topology import Binding, Queue, consumer_queue, foundations, queue_name, tier_name
from libs.store.mongo import connect
from libs.store.store import Store
from tests.libs.bus.conditions import eventually
from tests.libs.bus.events import message_of, qualified
from tests.libs.bus.held import HeldBroker
from tests.libs.bus.inlets import Received

CONSUMER = "conversion"


class Broken(Exception):
    """What a faulty handler raises."""


@pytest.fixture
async def held(service: str, settings: BusSettings) -> AsyncIterator[HeldBroker]:
    broker = HeldBroker()
    await broker.open(foundations(service, settings))
    yield broker
    await broker.close()


@pytest.fixture
async def nowhere(service: str) -> AsyncIterator[Store]:
    """A store whose database is away."""
    client = connect("mongodb://127.0.0.1:9/?directConnection=true", timeout_ms=100)
    store = Store(client, "nowhere", service=service, records=(), seconds=0.1)
    yield store
    await store.close()


def delivered(broker: MemoryBroker, service: str, settings: BusSettings, *, attempts: int = 0) -> Delivery:
    """A message in the hand of the consumer, after so many tiers."""
    received = Received()
    broker.subscribe(consumer_queue(service, CONSUMER, [], settings), received, prefetch=1)
    broker.deliver(message_of(qualified()).with_attempts(attempts), queue_name(service, CONSUMER))
    return received.deliveries[0]


def seen_in(broker: MemoryBroker, service: str, seconds: float) -> Received:
    """What comes into a tier from now on."""
    received, tier = Received(), tier_name(service, seconds)
    broker.subscribe(Queue(name=f"seen.{tier}", bindings=(Binding(tier),)), received, prefetch=9)
    return received


@pytest.mark.parametrize("attempts", [0, 1, 2])
async def test_each_failure_waits_in_the_next_tier(
    memory: MemoryBroker, nowhere: Store, service: str, settings: BusSettings, attempts: int
) -> None:
    tiers = [seen_in(memory, service, seconds) for seconds in settings.tiers]
    failed = delivered(memory, service, settings, attempts=attempts)

    await Recovery(service, memory, Parking(nowhere, memory), settings).retry(CONSUMER, failed, Broken())

    assert [len(each.ids) for each in tiers] == [int(number == attempts) for number in range(3)]
    assert failed.lost


async def test_a_message_stays_in_hand_until_the_broker_has_it_in_a_tier(
    held: HeldBroker, nowhere: Store, service: str, settings: BusSettings
) -> None:
    failed = delivered(held, service, settings)
    retrying = asyncio.create_task(
        Recovery(service, held, Parking(nowhere, held), settings).retry(CONSUMER, failed, Broken())
    )
    await eventually(lambda: held.sent == [failed.message.id])
    assert not failed.lost

    held.release()
    await retrying

    assert failed.lost


async def test_given_no_database_then_what_was_to_be_parked_waits_in_the_last_tier(
    memory: MemoryBroker, nowhere: Store, service: str, settings: BusSettings
) -> None:
    last = seen_in(memory, service, settings.tiers[-1])
    failed = delivered(memory, service, settings)

    await Recovery(service, memory, Parking(nowhere, memory), settings).park(CONSUMER, failed, Reason.INVALID)

    assert last.ids == [failed.message.id]
    assert failed.lost
