"""Projections on a real broker and database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from libs.bus.broker import QueueState
from libs.bus.definitions import projection
from libs.bus.message import Message
from libs.bus.parking import Reason
from libs.bus.rabbit.broker import RabbitBroker
from libs.bus.settings import BusSettings
from libs.contracts.envelope import Envelope
from libs.contracts.sales import LeadState
from libs.store.store import Store
from tests.libs.bus.conditions import eventually
from tests.libs.bus.conftest import Announce, Start
from tests.libs.bus.events import LeadQualified, message_of, qualified
from tests.libs.bus.parked import all_parked, one_parked
from tests.support.waiting import PATIENCE


class Batches:
    """A projection that keeps the topics it was given, batch by batch, and chokes on `poison`."""

    def __init__(self, poison: str | None = None) -> None:
        self.seen: list[list[str]] = []
        self._poison = poison

    async def __call__(self, _: Store, envelopes: Sequence[Envelope]) -> None:
        topics = [envelope.record["topic"] for envelope in envelopes]
        if self._poison in topics:
            raise ValueError(self._poison)
        self.seen.append(topics)

    @property
    def topics(self) -> list[str]:
        return sorted(topic for batch in self.seen for topic in batch)


async def test_events_come_in_batches_of_at_most_the_declared_size(start: Start, announce: Announce) -> None:
    batches = Batches()
    await start(projection("copies", "sales.lead.*", batch=5, pause=2 * PATIENCE)(batches))
    await asyncio.gather(*(announce(qualified(str(number))) for number in range(10)))
    await eventually(lambda: batches.topics == sorted(str(number) for number in range(10)))
    assert [len(batch) for batch in batches.seen] == [5, 5]


async def test_a_batch_is_handled_soon_also_if_it_is_small(start: Start, announce: Announce) -> None:
    batches = Batches()
    await start(projection("copies", LeadQualified, batch=1000, pause=0.01)(batches))
    await announce(qualified("Solar roof"))
    await eventually(lambda: batches.seen == [["Solar roof"]])


async def test_only_the_poison_of_a_batch_is_parked(start: Start, rabbit: RabbitBroker, settings: BusSettings) -> None:
    batches = Batches(poison="Poison")
    bus = await start(projection("copies", LeadQualified, pause=0.2)(batches), tries=1, tiers=(0.1,))
    garbage = Message("garbage", LeadQualified.type, b"{")
    healthy = [message_of(qualified(f"Lead {number}")) for number in range(5)]
    for message in (*healthy, message_of(qualified("Poison")), garbage):
        await rabbit.publish(message, exchange=settings.exchange, key=LeadQualified.type)
    await eventually(lambda: batches.topics == [f"Lead {number}" for number in range(5)])

    async def both_are_parked() -> bool:
        return {parked.reason for parked in await all_parked(bus.parking)} == {Reason.EXHAUSTED, Reason.MALFORMED}

    await eventually(both_are_parked)


WRONG_FOR_GOOD = {
    "no topic": (qualified().to_json().replace(b'"topic":', b'"title":').replace(b'"state":', b'"stage":'), "invalid"),
    "an unknown state": (qualified().to_json().replace(b'"qualified"', b'"adored"'), "invalid"),
    "a later version": (qualified().to_json().replace(b":v1", b":v2"), "unknown_version"),
}


@pytest.mark.parametrize("wrong", WRONG_FOR_GOOD.values(), ids=WRONG_FOR_GOOD)
async def test_what_is_not_as_its_publisher_promises_is_parked_at_once_and_the_batch_goes_on(
    start: Start, rabbit: RabbitBroker, settings: BusSettings, wrong: tuple[bytes, str]
) -> None:
    topics: set[str] = set()

    @projection("copies", "sales.lead.*", pause=0.2)
    async def keep(_: Store, envelopes: Sequence[Envelope]) -> None:
        topics.update(LeadState(envelope.record["state"]) + envelope.record["topic"] for envelope in envelopes)

    bus = await start(keep, tiers=(60,))
    body, reason = wrong
    for message in (
        message_of(qualified("A")),
        Message("poison", LeadQualified.type, body),
        message_of(qualified("B")),
    ):
        await rabbit.publish(message, exchange=settings.exchange, key=LeadQualified.type)

    await eventually(lambda: topics == {"qualifiedA", "qualifiedB"})

    parked = await one_parked(bus.parking)
    assert (parked.event_id, parked.reason, parked.attempts, parked.body) == ("poison", reason, 0, body)


async def test_an_acknowledged_batch_does_not_come_again(
    start: Start, announce: Announce, service: str, rabbit: RabbitBroker
) -> None:
    batches = Batches()
    first = await start(projection("copies", LeadQualified, batch=3, pause=0.01)(batches))
    await announce(*(qualified(str(number)) for number in range(10)))
    await eventually(lambda: len(batches.topics) == 10)
    await first.stop()
    assert (await rabbit.states([f"{service}.copies"])) == {f"{service}.copies": QueueState(0, 0)}


async def test_a_batch_that_takes_too_long_has_failed(start: Start, announce: Announce) -> None:
    @projection("copies", LeadQualified)
    async def never(store: Store, envelopes: Sequence[Envelope]) -> None:
        await asyncio.Event().wait()

    bus = await start(never, handling_timeout=0.05, tries=1, tiers=(0.05,))
    await announce(qualified())

    await one_parked(bus.parking)
