"""From the commit to the broker and back to the outbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from libs.bus.memory import MemoryBroker
from libs.bus.publishing import publish_all
from libs.bus.rabbit.broker import RabbitBroker
from libs.bus.relay import Relay
from libs.bus.settings import BusSettings
from libs.bus.sweeper import Sweeper
from libs.bus.topology import Topology, consumer_queue, foundations
from libs.contracts.envelope import Envelope
from libs.store.context import Context
from libs.store.ids import new_id
from libs.store.outbox import Pending
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.bus.conditions import eventually
from tests.libs.bus.customers import Customer
from tests.libs.bus.held import HeldBroker
from tests.libs.bus.inlets import Received

CREATED = "sales.customer.created"

NOBODY_LISTENS = Topology(awaits=("nobody.listens",))


async def create(store: Store, name: str) -> str:
    """A command; returns the record's id."""

    async def command(work: UnitOfWork) -> str:
        return work.add(Customer(id=new_id(), name=name)).id

    return await store.run(command, Context())


async def waiting(store: Store) -> int:
    depth = await store.outbox.depth()
    return int(depth["waiting"])


async def is_empty(store: Store) -> bool:
    return await waiting(store) == 0


def listen(broker: MemoryBroker, service: str, settings: BusSettings) -> Received:
    inlet = Received()
    broker.subscribe(consumer_queue(service, "copies", [CREATED], settings), inlet, prefetch=1000)
    return inlet


@pytest.fixture
async def relay(store: Store, memory: MemoryBroker, settings: BusSettings) -> AsyncIterator[Relay]:
    relay = Relay(store.outbox, memory, settings)
    yield relay
    await relay.close()


@pytest.fixture
async def held(service: str, settings: BusSettings) -> AsyncIterator[HeldBroker]:
    broker = HeldBroker()
    await broker.open(foundations(service, settings))
    yield broker
    await broker.close()


async def test_a_committed_event_is_published_at_once_and_leaves_the_outbox(
    relay: Relay, store: Store, memory: MemoryBroker, service: str, settings: BusSettings
) -> None:
    received = listen(memory, service, settings)
    customer = await create(store, "Ada")
    await eventually(lambda: len(received.ids) == 1)
    event = Envelope.from_json(received.deliveries[0].message.body)
    assert (event.id, event.type, event.record_id) == (received.ids[0], CREATED, customer)
    await eventually(lambda: is_empty(store))
    document = await store.collection("customers").find_one({"_id": customer})
    assert document is not None
    assert not {"_outbox", "_pending"} & document.keys()


async def test_an_event_is_published_through_rabbitmq(
    store: Store, rabbit: RabbitBroker, service: str, settings: BusSettings
) -> None:
    relay = Relay(store.outbox, rabbit, settings)
    received = Received()
    subscription = rabbit.subscribe(consumer_queue(service, "copies", [CREATED], settings), received, prefetch=1000)
    await eventually(lambda: subscription.active)
    for number in range(20):
        await create(store, str(number))
    await eventually(lambda: len(received.ids) == 20)
    await eventually(lambda: is_empty(store))
    await relay.close()
    await subscription.close()


async def test_an_event_that_the_broker_does_not_take_stays_in_the_outbox(
    relay: Relay, store: Store, memory: MemoryBroker
) -> None:
    memory.connected = False
    customer = await create(store, "Ada")
    document = await store.collection("customers").find_one({"_id": customer})
    assert document is not None
    event_id = document["_outbox"][0]["id"]
    await eventually(lambda: not relay.holds(event_id))
    assert await waiting(store) == 1


async def test_only_confirmed_events_leave_the_outbox(store: Store, held: HeldBroker, settings: BusSettings) -> None:
    relay = Relay(store.outbox, held, settings)
    await create(store, "Ada")
    assert await waiting(store) == 1
    assert relay.holds(held.sent[0])
    held.release()
    await eventually(lambda: is_empty(store))
    await eventually(lambda: not relay.holds(held.sent[0]))
    await relay.close()


async def test_the_window_and_the_backlog_bound_what_is_held_in_memory(
    store: Store, held: HeldBroker, settings: BusSettings
) -> None:
    relay = Relay(store.outbox, held, replace(settings, publish_window=2, relay_backlog=3))
    events = [Pending("customers", "1", str(number), CREATED, b"{}") for number in range(10)]
    relay.accept(events)
    assert held.sent == ["0", "1"]
    assert [event.event_id for event in events if relay.holds(event.event_id)] == ["0", "1", "2", "3", "4"]
    held.release()
    await eventually(lambda: held.sent == ["0", "1", "2", "3", "4"])
    await relay.close()


async def test_what_is_in_line_is_left_to_the_sweeper_where_somebody_stops_listening(
    store: Store, held: HeldBroker, settings: BusSettings
) -> None:
    relay = Relay(store.outbox, held, replace(settings, publish_window=1))
    relay.accept([Pending("customers", "1", str(number), CREATED, b"{}") for number in range(3)])
    await held.open(NOBODY_LISTENS)
    held.release()
    await eventually(lambda: not any(relay.holds(event_id) for event_id in "012"))
    assert held.sent == ["0"]
    await relay.close()


async def test_nothing_is_published_that_somebody_would_not_hear(held: HeldBroker, settings: BusSettings) -> None:
    await held.open(NOBODY_LISTENS)
    assert await publish_all(held, [Pending("customers", "1", "1", CREATED, b"{}")], settings) == []
    assert held.sent == []


async def test_closing_waits_for_what_is_in_flight(store: Store, held: HeldBroker, settings: BusSettings) -> None:
    relay = Relay(store.outbox, held, settings)
    await create(store, "Ada")
    held.release()
    await relay.close()
    assert await waiting(store) == 0
    await create(store, "Grace")
    assert await waiting(store) == 1, "a closed relay takes nothing more"


async def test_the_sweeper_publishes_what_a_crash_left_behind_page_by_page(
    store: Store, memory: MemoryBroker, service: str, settings: BusSettings
) -> None:
    received = listen(memory, service, settings)
    for number in range(25):
        await create(store, str(number))
    relay = Relay(store.outbox, memory, settings)
    sweeper = Sweeper(store, memory, relay, replace(settings, sweep_page=10))
    await eventually(lambda: len(set(received.ids)) == 25)
    await eventually(lambda: is_empty(store))
    await sweeper.close()
    await relay.close()


async def _old_enough(store: Store, settings: BusSettings, wanted: int) -> bool:
    age = timedelta(seconds=settings.sweep_age)
    return len(await store.outbox.pending(older_than=age, limit=wanted)) == wanted


async def test_the_sweeper_has_no_more_in_flight_than_fits_the_window(
    store: Store, held: HeldBroker, settings: BusSettings
) -> None:
    relay = Relay(store.outbox, held, settings)
    store.outbox.on_commit = lambda _events: None
    for number in range(7):
        await create(store, str(number))
    await eventually(lambda: _old_enough(store, settings, 7))
    sweeper = Sweeper(store, held, relay, replace(settings, publish_window=3, publish_timeout=60.0))
    await eventually(lambda: bool(held.sent))
    assert len(held.sent) == 3
    held.release()
    await eventually(lambda: is_empty(store))
    assert len(held.sent) == 7
    await sweeper.close()
    await relay.close()


async def test_the_sweeper_publishes_what_waited_for_the_broker(
    relay: Relay, store: Store, memory: MemoryBroker, service: str, settings: BusSettings
) -> None:
    received = listen(memory, service, settings)
    sweeper = Sweeper(store, memory, relay, settings)
    memory.connected = False
    await create(store, "Ada")
    memory.connected = True
    await eventually(lambda: len(received.ids) == 1)
    await eventually(lambda: is_empty(store))
    await sweeper.close()


async def test_the_sweeper_leaves_alone_what_the_relay_has_in_flight(
    store: Store, held: HeldBroker, settings: BusSettings
) -> None:
    relay = Relay(store.outbox, held, settings)
    await create(store, "In flight")
    store.outbox.on_commit = lambda _events: None
    await create(store, "Left behind")
    sweeper = Sweeper(store, held, relay, settings)
    await eventually(lambda: len(held.sent) >= 2)
    assert held.sent.count(held.sent[0]) == 1
    held.release()
    await eventually(lambda: is_empty(store))
    await sweeper.close()
    await relay.close()


async def test_one_copy_at_a_time_sweeps_and_another_takes_over(
    relay: Relay, store: Store, memory: MemoryBroker, settings: BusSettings
) -> None:
    copies = [Sweeper(store, memory, relay, settings) for _ in range(3)]
    await eventually(lambda: sum(copy.elected for copy in copies) == 1)
    holder = next(copy for copy in copies if copy.elected)
    await holder.close()
    others = [copy for copy in copies if copy is not holder]
    await eventually(lambda: sum(copy.elected for copy in others) == 1)
    for copy in others:
        await copy.close()
