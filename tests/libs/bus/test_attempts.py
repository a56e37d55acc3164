"""Messages that were delivered before without an outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from libs.bus.attempts import COLLECTION, Suspects
from libs.bus.broker import QueueState
from libs.bus.consuming import consumer_runner
from libs.bus.definitions import Consumer, Projection, consumer, projection
from libs.bus.memory import MemoryBroker
from libs.bus.message import Message
from libs.bus.parking import Parking, Reason
from libs.bus.projecting import projection_runner
from libs.bus.recovery import Recovery
from libs.bus.runner import Equipment, Runner
from libs.bus.settings import BusSettings
from libs.bus.topology import consumer_queue
from libs.contracts.envelope import Envelope
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.bus.conditions import eventually
from tests.libs.bus.events import LeadQualified, message_of, qualified
from tests.libs.bus.inlets import Received
from tests.libs.bus.parked import all_parked


class Process:
    """A copy of the service that can be killed: its deliveries go back unanswered."""

    def __init__(self, store: Store, broker: MemoryBroker, settings: BusSettings) -> None:
        self.parking = Parking(store, broker)
        recovery = Recovery(store.service, broker, self.parking, settings)
        suspects = Suspects(store, most_marks=settings.most_marks)
        self._equipment = Equipment(store, broker, settings, recovery, suspects)
        self._runners: list[Runner] = []

    def run(self, *definitions: Consumer | Projection) -> None:
        self._runners = [
            projection_runner(each, self._equipment)
            if isinstance(each, Projection)
            else consumer_runner(each, self._equipment)
            for each in definitions
        ]
        for runner in self._runners:
            runner.start()

    async def die(self) -> None:
        for runner in self._runners:
            await runner.stop()


class Work:
    """Handlers that note what they began, and never end for what is deadly."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.at_once: list[int] = []
        self._running = 0

    def consumer(self, name: str = "conversion") -> Consumer:
        @consumer(name, LeadQualified)
        async def handle(work: UnitOfWork, event: LeadQualified) -> None:
            self.begun.append(event.record.topic)
            self._running += 1
            self.at_once.append(self._running)
            try:
                if event.record.topic == "Deadly":
                    await asyncio.Event().wait()
                await asyncio.sleep(0)
            finally:
                self._running -= 1

        return handle


async def killed_until_parked(
    start: Callable[[], Process], definition: Consumer | Projection, times_met: Callable[[], int]
) -> Process:
    """Kills each copy that meets the deadly message; the one that parks it lives on, and ends what it has begun."""
    while True:
        process, met = start(), times_met()
        process.run(definition)

        async def meets_or_parks_it(process: Process = process, met: int = met) -> bool:
            return times_met() > met or bool(await all_parked(process.parking))

        await eventually(meets_or_parks_it)
        if await all_parked(process.parking):
            return process
        await process.die()


async def is_unmarked(store: Store) -> bool:
    return await store.collection(COLLECTION).count_documents({}) == 0


async def publish(broker: MemoryBroker, settings: BusSettings, *topics: str) -> None:
    for topic in topics:
        await broker.publish(message_of(qualified(topic)), exchange=settings.exchange, key=LeadQualified.type)


@pytest.fixture
def hasty(settings: BusSettings) -> BusSettings:
    """Gives up draining at once, as a kill does."""
    return BusSettings(exchange=settings.exchange, unrouted=settings.unrouted, drain_timeout=0.0, delivery_limit=100)


async def test_what_kills_the_process_is_parked_and_its_neighbours_are_handled(
    store: Store, memory: MemoryBroker, hasty: BusSettings
) -> None:
    memory.subscribe(consumer_queue(store.service, "conversion", [LeadQualified.type], hasty), Received(), prefetch=0)
    await publish(memory, hasty, "Deadly", "Neighbour")
    work = Work()
    process = await killed_until_parked(
        lambda: Process(store, memory, hasty), work.consumer(), lambda: work.begun.count("Deadly")
    )
    assert [each.reason for each in await all_parked(process.parking)] == [Reason.KILLED_THE_PROCESS]
    await eventually(lambda: "Neighbour" in work.begun)
    await eventually(lambda: is_unmarked(store))
    assert work.begun.count("Deadly") == 1 + hasty.most_marks
    await process.die()


async def test_redelivered_messages_are_handled_one_at_a_time_whatever_consumer_they_are_for(
    store: Store, memory: MemoryBroker, hasty: BusSettings
) -> None:
    names = ("conversion", "second")
    for name in names:
        queue = consumer_queue(store.service, name, [LeadQualified.type], hasty)
        memory.subscribe(queue, Received(), prefetch=0)
    taken = [
        memory.subscribe(consumer_queue(store.service, name, [LeadQualified.type], hasty), Received(), prefetch=9)
        for name in names
    ]
    await publish(memory, hasty, "a", "b", "c")
    for subscription in taken:
        await subscription.close()
    work = Work()
    process = Process(store, memory, hasty)
    process.run(*(work.consumer(name) for name in names))
    await eventually(lambda: sorted(work.begun) == ["a", "a", "b", "b", "c", "c"])
    assert set(work.at_once) == {1}
    await process.die()


async def test_what_a_cut_brings_back_to_a_projection_is_handled_together(
    store: Store, memory: MemoryBroker, settings: BusSettings
) -> None:
    queue = consumer_queue(store.service, "copies", [LeadQualified.type], settings)
    taken = memory.subscribe(queue, Received(), prefetch=100)
    await publish(memory, settings, *(str(number) for number in range(50)))
    await taken.close()
    batches: list[int] = []

    @projection("copies", LeadQualified, batch=50)
    async def copy(_: Store, envelopes: Sequence[Envelope]) -> None:
        batches.append(len(envelopes))

    process = Process(store, memory, settings)
    process.run(copy)
    await eventually(lambda: sum(batches) == 50)
    await eventually(lambda: is_unmarked(store))
    assert len(batches) <= 2
    await process.die()  # it ends what it has begun
    assert (await memory.states([queue.name]))[queue.name] == QueueState(0, 0)


async def test_what_kills_a_projection_is_found_among_its_neighbours_and_parked(
    store: Store, memory: MemoryBroker, hasty: BusSettings
) -> None:
    memory.subscribe(consumer_queue(store.service, "copies", [LeadQualified.type], hasty), Received(), prefetch=0)
    await publish(memory, hasty, "Before", "Deadly", "After")
    begun: list[list[str]] = []
    copied: set[str] = set()

    @projection("copies", LeadQualified)
    async def copy(_: Store, envelopes: Sequence[Envelope]) -> None:
        topics = [envelope.record["topic"] for envelope in envelopes]
        begun.append(topics)
        if "Deadly" in topics:
            await asyncio.Event().wait()
        copied.update(topics)

    def times_met() -> int:
        return sum("Deadly" in topics for topics in begun)

    process = await killed_until_parked(lambda: Process(store, memory, hasty), copy, times_met)
    assert [each.reason for each in await all_parked(process.parking)] == [Reason.KILLED_THE_PROCESS]
    assert times_met() == 1 + hasty.most_marks
    await eventually(lambda: copied == {"Before", "After"})
    await eventually(lambda: is_unmarked(store))
    await process.die()


async def test_an_outcome_takes_the_mark_away(store: Store) -> None:
    suspects = Suspects(store, most_marks=5)
    message = Message("one", LeadQualified.type, b"{}")
    with pytest.raises(asyncio.CancelledError):
        async with suspects.alone("conversion", message):
            raise asyncio.CancelledError
    assert (await store.collection(COLLECTION).find_one({}))["marks"] == 1  # type: ignore[index]  # it is there
    async with suspects.alone("conversion", message) as may_try:
        assert may_try
    assert await store.collection(COLLECTION).find_one({}) is None


async def test_marks_are_counted_for_each_consumer_of_its_own(store: Store) -> None:
    suspects = Suspects(store, most_marks=1)
    message = Message("one", LeadQualified.type, b"{}")
    for _ in range(2):
        with pytest.raises(asyncio.CancelledError):
            async with suspects.alone("conversion", message):
                raise asyncio.CancelledError
    async with suspects.alone("second", message) as may_try:
        assert may_try
    async with suspects.alone("conversion", message) as may_try:
        assert not may_try


async def test_the_mark_of_a_process_that_died_behind_the_outcome_ends_by_its_age(store: Store) -> None:
    indexes = await store.collection(COLLECTION).index_information()

    assert indexes["at_1"]["expireAfterSeconds"] == timedelta(days=7).total_seconds()
