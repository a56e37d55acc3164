"""What must not be kept any more reaches no consumer, no projection and no parking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from libs.bus.definitions import consumer, projection
from libs.contracts.envelope import Envelope
from libs.domain.refusals import Unavailable
from libs.store.store import Store
from libs.store.work import UnitOfWork
from tests.libs.bus.conditions import eventually
from tests.libs.bus.conftest import Announce, Start
from tests.libs.bus.events import LeadQualified, qualified
from tests.libs.bus.parked import all_parked
from tests.libs.bus.test_projecting import Batches


class Heard:
    """A consumer that keeps the topics it was given."""

    def __init__(self) -> None:
        self.topics: list[str] = []

    async def __call__(self, _: UnitOfWork, event: LeadQualified) -> None:
        self.topics.append(event.record.topic)


class Choking(Exception):
    """What a faulty handler raises."""


async def without_names(envelopes: Sequence[Envelope]) -> list[Envelope]:
    return [_without_name(envelope) for envelope in envelopes]


def _without_name(envelope: Envelope) -> Envelope:
    if envelope.record["topic"] != "Mira Quill":
        return envelope
    return replace(envelope, data={**envelope.data, "record": {**envelope.record, "topic": "…"}})


async def test_consumers_and_projections_see_events_as_the_screen_lets_them(start: Start, announce: Announce) -> None:
    heard, batches = Heard(), Batches()
    await start(
        consumer("conversion", LeadQualified)(heard),
        projection("copies", "sales.lead.*")(batches),
        screen=without_names,
    )

    await announce(qualified("Mira Quill"), qualified("Solar roof"))

    await eventually(lambda: sorted(heard.topics) == batches.topics == ["Solar roof", "…"])


async def test_whoever_is_not_screened_hears_what_was_announced(start: Start, announce: Announce) -> None:
    heard = Heard()
    await start(consumer("conversion", LeadQualified, screened=False)(heard), screen=without_names)

    await announce(qualified("Mira Quill"))

    await eventually(lambda: heard.topics == ["Mira Quill"])


async def test_what_is_parked_is_screened_too(start: Start, announce: Announce, store: Store) -> None:
    @consumer("conversion", LeadQualified)
    async def choke(_: UnitOfWork, event: LeadQualified) -> None:
        raise Choking(event.record.topic)

    bus = await start(choke, screen=without_names, tiers=())

    await announce(qualified("Mira Quill"))

    await eventually(lambda: holds_parked(store))
    (parked,) = await all_parked(bus.parking)
    assert Envelope.from_json((await bus.parking.get(parked.id)).body).record["topic"] == "…"


async def holds_parked(store: Store) -> bool:
    return await store.collection("parked").count_documents({}) == 1


async def test_while_the_screen_cannot_be_asked_events_wait(start: Start, announce: Announce) -> None:
    heard, away = Heard(), True

    async def asking(envelopes: Sequence[Envelope]) -> list[Envelope]:
        nonlocal away
        if away:
            away = False
            raise Unavailable("the database does not answer")
        return list(envelopes)

    await start(consumer("conversion", LeadQualified)(heard), screen=asking)

    await announce(qualified("Solar roof"))

    await eventually(lambda: heard.topics == ["Solar roof"])
