"""The events of one record in the order of its versions, whatever order they came in."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libs.contracts.envelope import Envelope
from libs.store.store import Store
from services.journal.events import store as events
from services.journal.history.model import Place
from services.journal.history.store import NEWEST_FIRST, last_event, read_history
from tests.support.events import envelope
from tests.support.waiting import PATIENCE

SUBJECT = "leads/l1"
BEGIN = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
async def store(mongo_url: str, database_name: str) -> AsyncIterator[Store]:
    store = await Store.open(
        mongo_url, database_name, service="journal", indexes={events.COLLECTION: events.INDEXES}, seconds=PATIENCE
    )
    yield store
    await store.close()


def version(number: int, verb: str = "updated", *, epoch: int = 1, at: datetime | None = None) -> Envelope:
    """What was announced of the lead's version: one an hour, unless said otherwise."""
    event = envelope(f"sales.lead.{verb}", "leads", {"id": "l1", "topic": f"Topic {number}"}, sequence=number)
    return replace(event, epoch=epoch, time=at or BEGIN + timedelta(hours=number))


async def pages(store: Store, top: int) -> list[list[Envelope]]:
    found: list[list[Envelope]] = []
    after: Place | None = None
    while not found or after is not None:
        piece = await read_history(store, SUBJECT, top=top, after=after)
        found.append([told.event for told in piece.events])
        after = piece.last
    return found


@pytest.mark.parametrize("seed", range(5))
async def test_the_newest_version_comes_first_in_whatever_order_events_came(store: Store, seed: int) -> None:
    announced = [version(number) for number in range(1, 8)]
    shuffled = random.Random(seed).sample(announced, len(announced))
    await events.append(store, [*shuffled, envelope("sales.lead.created", "leads", {"id": "l2"})])

    assert [[event.sequence for event in page] for page in await pages(store, 3)] == [[7, 6, 5], [4, 3, 2], [1]]


@pytest.mark.parametrize("top", [1, 2, 3, 4, 5])
async def test_events_of_one_save_are_told_once_each_wherever_a_page_ends(store: Store, top: int) -> None:
    saves = [version(1, "created"), *(version(2, verb) for verb in ("joined", "contacted", "qualified")), version(3)]
    await events.append(store, saves)

    told = [event.type for page in await pages(store, top) for event in page]

    assert told == [event.type for event in reversed(saves)]


async def test_after_a_restore_from_backup_smaller_versions_are_newer(store: Store) -> None:
    await events.append(store, [version(9), version(4, epoch=2), version(5, epoch=2)])

    [page] = await pages(store, 5)

    assert [(event.epoch, event.sequence) for event in page] == [(2, 5), (2, 4), (1, 9)]


@pytest.mark.parametrize(("hours", "sequence"), [(0.99, None), (1, 1), (1.5, 1), (2, 2), (3.999, 3), (1000, 4)])
async def test_at_a_time_the_record_had_the_newest_version_of_until_then(
    store: Store, hours: float, sequence: int | None
) -> None:
    await events.append(store, [version(number) for number in (2, 4, 1, 3)])

    then = await last_event(store, SUBJECT, until=BEGIN + timedelta(hours=hours))

    assert (then.sequence if then else None) == sequence


async def test_a_clock_that_goes_behind_hides_no_later_version(store: Store) -> None:
    behind = version(3, at=BEGIN + timedelta(hours=1, minutes=59))
    await events.append(store, [version(1), version(2), behind])

    then = await last_event(store, SUBJECT, until=BEGIN + timedelta(hours=2))

    assert then == behind


async def test_a_history_reads_a_piece_of_an_index_and_nothing_else(store: Store) -> None:
    await events.append(store, [version(number) for number in range(1, 200)])
    await events.append(store, [envelope("sales.lead.updated", "leads", {"id": "l2"}) for _ in range(200)])

    for query in ({}, {"newness": {"$lt": version(100).sequence + (1 << 40)}}, {"time": {"$lte": BEGIN}}):
        examined = await _examined(store, {"subject": SUBJECT, **query})
        assert (examined["totalKeysExamined"] <= 200, examined["totalDocsExamined"] <= 5) == (True, True)


async def _examined(store: Store, query: dict[str, Any]) -> dict[str, Any]:
    find = {
        "find": events.COLLECTION,
        "filter": query,
        "sort": dict(NEWEST_FIRST),
        "limit": 5,
        "hint": dict(events.BY_VERSION),
    }
    plan = await store.database.command({"explain": find, "verbosity": "executionStats"})
    assert "SORT" not in str(plan["queryPlanner"])
    stats: dict[str, Any] = plan["executionStats"]
    return stats
