"""Consumers on a real broker and database."""

from __future__ import annotations

import asyncio

import pytest

from libs.bus.definitions import Consumer, consumer
from libs.bus.message import GIVEN_UP_BY, Message
from libs.bus.parking import Parking, Reason
from libs.bus.rabbit.broker import RabbitBroker
from libs.bus.settings import BusSettings
from libs.bus.topology import DEFAULT_EXCHANGE, queue_name
from libs.contracts.envelope import Envelope
from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.bus.conditions import eventually
from tests.libs.bus.conftest import Announce, Start
from tests.libs.bus.customers import Customer
from tests.libs.bus.events import LeadQualified, message_of, qualified
from tests.libs.bus.parked import all_parked
from tests.support.events import envelope


class Broken(Exception):
    """What a faulty handler raises."""


@consumer("conversion", LeadQualified)
async def convert(work: UnitOfWork, event: LeadQualified) -> None:
    work.add(Customer(id=work.new_id(), name=event.record.topic))


async def customers(store: Store) -> list[str]:
    documents = await store.collection("customers").find({}).to_list(None)
    return sorted(document["name"] for document in documents)


def failing(times: int, *, name: str = "conversion") -> Consumer:
    """Raises on the first `times` calls for each event, then makes a customer."""
    calls: dict[str, int] = {}

    @consumer(name, LeadQualified)
    async def convert_at_last(work: UnitOfWork, event: LeadQualified) -> None:
        calls[event.envelope.id] = calls.get(event.envelope.id, 0) + 1
        if calls[event.envelope.id] <= times:
            raise Broken(f"call {calls[event.envelope.id]}")
        work.add(Customer(id=work.new_id(), name=event.record.topic))

    return convert_at_last


async def test_an_event_has_its_effect(start: Start, announce: Announce, store: Store) -> None:
    await start(convert)
    await announce(qualified("Solar roof"))
    await eventually(lambda: holds(store, ["Solar roof"]))


async def holds(store: Store, names: list[str]) -> bool:
    return await customers(store) == names


async def test_the_effect_carries_on_the_origin_of_the_event(start: Start, announce: Announce, store: Store) -> None:
    @consumer("conversion", LeadQualified)
    async def convert_and_tell(work: UnitOfWork, event: LeadQualified) -> None:
        contexts.append(work.context)

    contexts: list[Context] = []
    await start(convert_and_tell)
    event = qualified()
    await announce(event)
    await eventually(lambda: len(contexts) == 1)
    context = contexts[0]
    assert (context.via, context.causation_id) == ("event", event.id)
    assert (context.correlation_id, context.actor_id) == (event.correlationid, event.actorid)


async def test_an_event_delivered_three_times_has_its_effect_once(
    start: Start, announce: Announce, store: Store
) -> None:
    await start(convert)
    twin, last = qualified("Solar roof"), qualified("Heat pump")
    await announce(twin, twin, twin, last)
    await eventually(lambda: holds(store, ["Heat pump", "Solar roof"]))


async def test_a_passing_failure_is_tried_again_at_once(start: Start, announce: Announce, store: Store) -> None:
    await start(failing(2), tiers=(60,))
    await announce(qualified("Solar roof"))
    await eventually(lambda: holds(store, ["Solar roof"]))


async def test_a_longer_failure_is_tried_again_from_the_retry_tiers(
    start: Start, announce: Announce, store: Store, settings: BusSettings
) -> None:
    await start(failing(2 * settings.tries))
    await announce(qualified("Solar roof"))
    await eventually(lambda: holds(store, ["Solar roof"]))


async def test_what_fails_in_every_tier_is_parked_with_its_story(
    start: Start, announce: Announce, settings: BusSettings
) -> None:
    bus = await start(failing(1_000))
    event = qualified()
    await announce(event)
    await eventually(lambda: parks(bus.parking, 1))
    (parked,) = await all_parked(bus.parking)
    assert (parked.event_id, parked.consumer, parked.reason) == (event.id, "conversion", Reason.EXHAUSTED)
    assert parked.attempts == len(settings.tiers)
    assert parked.error == f"Broken: call {settings.tries * (len(settings.tiers) + 1)}"
    assert "convert_at_last" in (parked.trace or "")
    assert Envelope.from_json(parked.body) == event


async def parks(parking: Parking, count: int) -> bool:
    return len(await all_parked(parking)) == count


UNREADABLE = {
    "bad JSON": (b'{"id":', Reason.MALFORMED),
    "no event": (b"[1, 2]", Reason.MALFORMED),
    "a later version": (qualified().to_json().replace(b":v1", b":v2"), Reason.UNKNOWN_VERSION),
    "no topic": (qualified().to_json().replace(b'"topic":', b'"title":'), Reason.INVALID),
    "a wrong field": (qualified().to_json().replace(b'"opportunity_id":"', b'"opportunity":"'), Reason.INVALID),
}


@pytest.mark.parametrize("unreadable", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_cannot_be_read_is_parked_at_once_and_its_neighbours_are_handled(
    start: Start, rabbit: RabbitBroker, store: Store, settings: BusSettings, unreadable: tuple[bytes, Reason]
) -> None:
    body, reason = unreadable
    bus = await start(convert, tiers=(60,))
    for message in (
        message_of(qualified("Before")),
        Message("poison", LeadQualified.type, body),
        message_of(qualified("After")),
    ):
        await rabbit.publish(message, exchange=settings.exchange, key=LeadQualified.type)
    await eventually(lambda: holds(store, ["After", "Before"]))
    await eventually(lambda: parks(bus.parking, 1))
    (parked,) = await all_parked(bus.parking)
    assert (parked.event_id, parked.reason, parked.body, parked.attempts) == ("poison", reason, body, 0)


async def test_a_handler_that_takes_too_long_has_failed(start: Start, announce: Announce) -> None:
    @consumer("conversion", LeadQualified)
    async def never(work: UnitOfWork, event: LeadQualified) -> None:
        await asyncio.Event().wait()

    bus = await start(never, handling_timeout=0.05, tries=1, tiers=(0.05,))
    await announce(qualified())
    await eventually(lambda: parks(bus.parking, 1))
    assert (await all_parked(bus.parking))[0].error == "TimeoutError: "


async def test_a_pattern_gives_the_handler_the_envelope(start: Start, announce: Announce) -> None:
    seen: list[Envelope] = []

    @consumer("conversion", "sales.lead.*")
    async def note(work: UnitOfWork, envelope: Envelope) -> None:
        seen.append(envelope)

    await start(note)
    event = qualified()
    await announce(event)
    await eventually(lambda: seen == [event])


async def test_a_pattern_too_leaves_no_event_in_the_tiers_that_is_not_as_its_publisher_promises(
    start: Start, announce: Announce
) -> None:
    @consumer("conversion", "sales.#")
    async def fail(work: UnitOfWork, envelope: Envelope) -> None:
        raise Broken(envelope.type)

    bus = await start(fail, tries=1, tiers=(60,))
    stateless = envelope(LeadQualified.type, "leads", {"topic": "Solar roof"}, opportunity_id="1")
    unknown = envelope("sales.lead.adored", "leads", {})
    await announce(unknown, qualified(), stateless)
    await eventually(lambda: parks(bus.parking, 1))
    (parked,) = await all_parked(bus.parking)
    assert (parked.event_id, parked.reason) == (stateless.id, Reason.INVALID)
    assert "state" in (parked.error or "")


async def test_two_consumers_fail_on_one_event_each_on_its_own(start: Start, announce: Announce, store: Store) -> None:
    await start(failing(4), failing(4, name="second"))
    await announce(qualified("Solar roof"))
    await eventually(lambda: holds(store, ["Solar roof", "Solar roof"]))


async def test_what_the_broker_gives_up_is_parked(
    start: Start, rabbit: RabbitBroker, service: str, settings: BusSettings
) -> None:
    bus = await start(convert)
    headers = {GIVEN_UP_BY: queue_name(service, "conversion")}
    await rabbit.publish(
        Message("one", LeadQualified.type, b"{}", headers), exchange=DEFAULT_EXCHANGE, key=f"{service}.dead"
    )
    await eventually(lambda: parks(bus.parking, 1))
    (parked,) = await all_parked(bus.parking)
    assert (parked.consumer, parked.reason) == ("conversion", Reason.DEAD_LETTERED)
