"""The bus of a service as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from libs.bus.broker import Inlet
from libs.bus.bus import Bus
from libs.bus.definitions import Broadcast, consumer, projection
from libs.bus.memory import MemoryBroker, MemorySubscription
from libs.bus.rabbit.broker import RabbitBroker
from libs.bus.settings import BusSettings
from libs.bus.topology import Queue, queue_name
from libs.contracts.envelope import Envelope
from libs.store.context import Context
from libs.store.ids import new_id
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.bus.conditions import eventually
from tests.libs.bus.conftest import Announce, Start
from tests.libs.bus.customers import Customer
from tests.libs.bus.events import LeadQualified, qualified
from tests.libs.bus.parked import one_parked
from tests.libs.bus.test_rabbit import depth
from tests.support.waiting import PATIENCE


@consumer("conversion", LeadQualified)
async def convert(work: UnitOfWork, event: LeadQualified) -> None:
    work.add(Customer(id=work.new_id(), name=event.record.topic))


async def count(store: Store) -> int:
    return await store.collection("customers").count_documents({})


async def test_an_event_makes_an_effect_whose_event_makes_the_next(start: Start, announce: Announce) -> None:
    heard: list[Envelope] = []

    @projection("copies", "sales.customer.*")
    async def copy(_: Store, envelopes: Sequence[Envelope]) -> None:
        heard.extend(envelopes)

    async def hear(envelope: Envelope) -> None:
        heard.append(envelope)

    await start(convert, copy, Broadcast("revoked", ("sales.customer.created",), hear))
    cause = qualified("Solar roof")
    await announce(cause)
    await eventually(lambda: len(heard) == 2)
    assert {envelope.causationid for envelope in heard} == {cause.id}
    assert {envelope.correlationid for envelope in heard} == {cause.correlationid}


class Observed(MemoryBroker):
    """Knows what is received at leisure."""

    def __init__(self) -> None:
        super().__init__()
        self.at_leisure: set[str] = set()

    def subscribe(self, queue: Queue, inlet: Inlet, *, prefetch: int, at_leisure: bool = False) -> MemorySubscription:
        if at_leisure:
            self.at_leisure.add(queue.name)
        return super().subscribe(queue, inlet, prefetch=prefetch, at_leisure=at_leisure)


async def test_projections_alone_receive_at_leisure(start: Start, service: str) -> None:
    @projection("copies", "sales.customer.*")
    async def copy(_: Store, envelopes: Sequence[Envelope]) -> None: ...

    async def hear(_: Envelope) -> None: ...

    broker = Observed()
    await start(convert, copy, Broadcast("revoked", ("sales.customer.created",), hear), broker=broker)

    assert broker.at_leisure == {queue_name(service, "copies")}


async def test_it_works_the_same_in_memory(start: Start, store: Store) -> None:
    bus = await start(convert, broker=MemoryBroker())

    async def command(work: UnitOfWork) -> None:
        work.add(Customer(id=new_id(), name="Ada"), LeadQualified(opportunity_id="1"))

    await store.run(command, Context())

    assert "topic" in str((await one_parked(bus.parking)).error)


async def test_stopping_finishes_what_is_in_hand_and_gives_back_the_rest(
    start: Start, announce: Announce, store: Store, rabbit: RabbitBroker, service: str
) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    @consumer("conversion", LeadQualified, workers=1)
    async def slowly(work: UnitOfWork, event: LeadQualified) -> None:
        begun.set()
        await may_end.wait()
        work.add(Customer(id=work.new_id(), name=event.record.topic))

    bus = await start(slowly)
    await announce(qualified("Solar roof"))
    await begun.wait()
    stopping = asyncio.create_task(bus.stop())
    await eventually(lambda: not bus.ready)
    may_end.set()
    await stopping
    assert await count(store) == 1
    assert await depth(rabbit, f"{service}.conversion") == 0


async def test_a_stop_is_bounded_and_loses_nothing(
    start: Start, announce: Announce, store: Store, settings: BusSettings
) -> None:
    @consumer("conversion", LeadQualified)
    async def never(work: UnitOfWork, event: LeadQualified) -> None:
        await asyncio.Event().wait()

    first = await start(never, drain_timeout=0.1)
    await announce(qualified("Solar roof"))
    await eventually(lambda: holds_nothing(first, "conversion"))
    async with asyncio.timeout(PATIENCE):
        await first.stop()
    await start(convert)
    await eventually(lambda: is_made(store))


async def holds_nothing(bus: Bus, consumer: str) -> bool:
    return await bus.pending([consumer]) == {consumer: 0}


async def is_made(store: Store) -> bool:
    return await count(store) == 1


async def test_states_name_every_queue_of_the_service(start: Start, service: str) -> None:
    bus = await start(convert)
    assert {name: state and state.messages for name, state in (await bus.states()).items()} == {
        f"{service}.conversion": 0,
        f"{service}.retry.0.1s": 0,
        f"{service}.retry.0.2s": 0,
        f"{service}.retry.0.3s": 0,
        f"{service}.dead": 0,
    }


async def test_it_starts_while_the_broker_is_away(store: Store, settings: BusSettings, service: str) -> None:
    broker = RabbitBroker("amqp://guest:guest@127.0.0.1:1/", name=service, settings=settings)
    bus = Bus(store, broker, consumers=[convert], settings=settings)
    await bus.start()
    assert not bus.ready
    async with asyncio.timeout(PATIENCE):
        await bus.stop()
