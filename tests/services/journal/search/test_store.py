"""What the search reads of the journal."""

import random
from collections.abc import AsyncIterator

import pytest

from libs.contracts.envelope import Envelope
from libs.store.store import Store
from services.journal.events.store import BY_VERSION, COLLECTION, INDEXES, append
from services.journal.search.store import PAGE, newest_before, newest_events
from tests.support.events import envelope


@pytest.fixture
async def store(mongo_url: str, database_name: str) -> AsyncIterator[Store]:
    store = await Store.open(mongo_url, database_name, service="journal", indexes={COLLECTION: INDEXES}, seconds=20.0)
    yield store
    await store.close()


async def test_of_each_record_the_newest_event_is_read_whatever_came_last(store: Store) -> None:
    chance = random.Random(5)
    announced = [
        envelope("sales.lead.updated", collection, {"id": f"{number}"}, sequence=sequence)
        for collection in ("leads", "leads_of_others", "lead")
        for number in range(25)
        for sequence in (1, 2, 3)
    ]
    chance.shuffle(announced)
    await append(store, announced)

    pages = [page async for page in newest_events(store, "leads", page=4)]

    read = [Envelope.from_json(body) for page in pages for body in page]
    assert [len(page) for page in pages] == [4] * 6 + [1]
    assert sorted(each.subject for each in read) == sorted(f"leads/{number}" for number in range(25))
    assert {each.sequence for each in read} == {3}


async def test_each_record_takes_one_step_through_an_index(store: Store) -> None:
    pipeline = newest_before("leads0", of="leads", most=PAGE)
    command = {"aggregate": COLLECTION, "pipeline": pipeline, "cursor": {}, "hint": dict(BY_VERSION)}

    plan = str(await store.database.command({"explain": command, "verbosity": "queryPlanner"}))

    assert "DISTINCT_SCAN" in plan
