"""Parked messages: kept, listed, replayed, discarded."""

from __future__ import annotations

from datetime import timedelta

import pytest

from libs.bus.definitions import consumer
from libs.bus.memory import MemoryBroker
from libs.bus.message import Message
from libs.bus.parking import COLLECTION, LONGEST_REPLAY, ConsumerGone, Parking, Reason, ReplayTooOld
from libs.bus.settings import BusSettings
from libs.bus.topology import consumer_queue
from libs.domain.refusals import NotFound, Unavailable
from libs.store.clock import utc_now
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.bus.conditions import eventually
from tests.libs.bus.conftest import Announce, Start
from tests.libs.bus.customers import Customer
from tests.libs.bus.events import LeadQualified, message_of, qualified
from tests.libs.bus.inlets import Received
from tests.libs.bus.parked import all_parked, one_parked, query_of


@pytest.fixture
def parking(store: Store, memory: MemoryBroker) -> Parking:
    return Parking(store, memory)


@pytest.fixture
def queue(service: str, memory: MemoryBroker, settings: BusSettings) -> Received:
    """What the consumer `conversion` gets."""
    inlet = Received()
    memory.subscribe(consumer_queue(service, "conversion", [], settings), inlet, prefetch=10)
    return inlet


async def park(parking: Parking, name: str = "conversion", **changes: str) -> Message:
    message = message_of(qualified()).with_attempts(3)
    await parking.park(name, message, Reason.EXHAUSTED, ValueError("customer ada@example.com is odd"))
    return message


async def test_a_parked_message_is_listed_under_an_id_that_names_its_service(parking: Parking, service: str) -> None:
    message = await park(parking)
    (parked,) = await all_parked(parking)
    assert parked.id.startswith(f"{service}-")
    assert (parked.event_id, parked.body, parked.attempts) == (message.id, message.body, 3)
    (listed,), count = await parking.page(query_of(count="true"))
    assert listed.id == parked.id
    assert count == 1


async def test_what_is_told_of_the_error_is_free_of_personal_data(parking: Parking) -> None:
    await park(parking)
    assert "ada@example.com" not in str((await all_parked(parking))[0].error)


async def test_a_message_parked_twice_is_parked_once(parking: Parking) -> None:
    message = message_of(qualified())
    await parking.park("conversion", message, Reason.INVALID)
    await parking.park("conversion", message, Reason.EXHAUSTED)
    await parking.park("second", message, Reason.EXHAUSTED)
    assert [(parked.consumer, parked.reason) for parked in await all_parked(parking)] == [
        ("conversion", Reason.EXHAUSTED),
        ("second", Reason.EXHAUSTED),
    ]


async def test_a_replay_sends_the_same_event_with_all_its_retries_before_it(parking: Parking, queue: Received) -> None:
    message = await park(parking)
    await parking.replay((await all_parked(parking))[0].id)
    assert queue.ids == [message.id]
    assert (queue.deliveries[0].message.attempts, queue.deliveries[0].message.body) == (0, message.body)
    assert not await all_parked(parking)


async def test_a_message_parked_again_during_its_replay_stays(
    parking: Parking, memory: MemoryBroker, service: str, settings: BusSettings
) -> None:
    class ParkedAgain:
        """A consumer that fails before the replay's own last step."""

        def connected(self) -> None: ...

        def receive(self, delivery: object) -> None: ...

    message = await park(parking)
    parked = (await all_parked(parking))[0]
    publish = memory.publish

    async def publish_and_fail_at_once(message: Message, *, exchange: str, key: str) -> None:
        await publish(message, exchange=exchange, key=key)
        await parking.park("conversion", message, Reason.EXHAUSTED)

    memory.subscribe(consumer_queue(service, "conversion", [], settings), ParkedAgain(), prefetch=1)
    memory.publish = publish_and_fail_at_once  # type: ignore[method-assign]  # the moment between two steps
    await parking.replay(parked.id)
    assert [parked.event_id for parked in await all_parked(parking)] == [message.id]


async def test_a_replay_that_the_broker_does_not_take_leaves_the_message_parked(
    parking: Parking, queue: Received, memory: MemoryBroker
) -> None:
    await park(parking)
    memory.connected = False
    (parked,) = await all_parked(parking)
    with pytest.raises(Unavailable):
        await parking.replay(parked.id)
    assert await all_parked(parking) == [parked]


async def test_a_replay_to_a_consumer_that_is_gone_is_refused(parking: Parking) -> None:
    await park(parking, "retired")
    with pytest.raises(ConsumerGone):
        await parking.replay((await all_parked(parking))[0].id)
    assert len(await all_parked(parking)) == 1


async def test_what_the_inbox_may_have_forgotten_is_not_replayed(
    parking: Parking, queue: Received, store: Store
) -> None:
    await park(parking)
    (parked,) = await all_parked(parking)
    long_ago = utc_now() - LONGEST_REPLAY - timedelta(minutes=1)
    await store.collection(COLLECTION).update_one({"_id": parked.id}, {"$set": {"parked_at": long_ago}})
    with pytest.raises(ReplayTooOld):
        await parking.replay(parked.id)
    assert not queue.ids


async def test_a_discarded_message_is_gone(parking: Parking) -> None:
    await park(parking)
    (parked,) = await all_parked(parking)
    await parking.discard(parked.id)
    assert not await all_parked(parking)
    for action in (parking.get, parking.replay, parking.discard):
        with pytest.raises(NotFound):
            await action(parked.id)


async def test_after_the_fault_is_mended_a_replay_has_the_effect_once(
    start: Start, announce: Announce, store: Store
) -> None:
    mended = False

    @consumer("conversion", LeadQualified)
    async def convert(work: UnitOfWork, event: LeadQualified) -> None:
        if not mended:
            raise ValueError("not yet")
        work.add(Customer(id=work.new_id(), name=event.record.topic))

    bus = await start(convert, tries=1, tiers=(0.05,))
    event = qualified("Solar roof")
    await announce(event)

    parked = await one_parked(bus.parking)
    mended = True
    await bus.parking.replay(parked.id)

    async def has_its_effect() -> bool:
        return await store.collection("customers").count_documents({}) == 1

    await eventually(has_its_effect)
    await announce(event)
    await announce(qualified("Heat pump"))

    async def the_next_has_too() -> bool:
        return await store.collection("customers").count_documents({"name": "Heat pump"}) == 1

    await eventually(the_next_has_too)
    assert await store.collection("customers").count_documents({}) == 2
    assert not await all_parked(bus.parking)
