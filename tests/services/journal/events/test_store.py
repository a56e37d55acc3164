"""The journal's own collection: what is kept, and how it is read in stretches."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from libs.contracts.envelope import Envelope
from libs.store.store import Store
from services.journal.events import store as events
from services.journal.events.model import EVERYTHING, Topics, Wanted
from tests.support.events import envelope


@pytest.fixture
async def store(mongo_url: str, database_name: str) -> AsyncIterator[Store]:
    store = await Store.open(
        mongo_url, database_name, service="journal", indexes={events.COLLECTION: events.INDEXES}, seconds=20.0
    )
    yield store
    await store.close()


def leads(count: int, type_: str = "sales.lead.created") -> list[Envelope]:
    return [envelope(type_, "leads", {"id": f"lead-{number}"}) for number in range(count)]


async def read(
    store: Store, after: int, top: int, wanted: Wanted = EVERYTHING, *, look: int = 1000
) -> tuple[list[int], int]:
    head = await events.head(store)
    stretch = await events.read_stretch(store, after=after, head=head, top=top, wanted=wanted, look=look)
    return [event.position for event in stretch.events], stretch.end


async def test_events_delivered_again_shuffled_and_to_two_copies_are_kept_once(store: Store) -> None:
    chance = random.Random(7)
    announced = leads(300)
    deliveries = announced * 3
    chance.shuffle(deliveries)

    async def consume() -> None:
        while deliveries:
            batch = deliveries[-40:]
            del deliveries[-40:]
            await events.append(store, batch)

    await asyncio.gather(consume(), consume())

    kept = await events.read_stretch(store, after=0, head=await events.head(store), top=1000, wanted=EVERYTHING)
    assert [event.position for event in kept.events] == list(range(1, 301))
    assert {Envelope.from_json(event.body).id for event in kept.events} == {each.id for each in announced}


async def test_an_event_is_kept_as_it_was_announced(store: Store) -> None:
    announced = envelope("sales.lead.updated", "leads", {"topic": "Zürich\r\n", "value": 12.5}, changed={"topic": {}})

    await events.append(store, [announced])

    kept = (await events.read_stretch(store, after=0, head=1, top=1, wanted=EVERYTHING)).events[0]
    assert Envelope.from_json(kept.body) == announced
    assert not {*b"\r\n"} & {*kept.body}


async def test_a_batch_larger_than_one_transaction_should_be_goes_in_several(store: Store) -> None:
    large = [envelope("sales.lead.created", "leads", {"notes": "x" * 200_000}) for _ in range(60)]

    assert await events.append(store, large) == 60
    assert (await read(store, 0, 100))[0] == list(range(1, 61))


async def test_a_stretch_ends_where_the_next_begins(store: Store) -> None:
    await events.append(store, leads(10))

    assert await read(store, 0, 4) == ([1, 2, 3, 4], 4)
    assert await read(store, 4, 6) == ([5, 6, 7, 8, 9, 10], 10)
    assert await read(store, 10, 4) == ([], 10)


QUALIFIED = Wanted(Topics.parse("sales.lead.qualified"))


async def test_rare_events_are_found_at_once_however_far_apart_they_are(store: Store) -> None:
    await events.append(store, [*leads(9), *leads(1, "sales.lead.qualified"), *leads(9)])

    assert await read(store, 0, 5, QUALIFIED, look=4) == ([10], 19)
    assert await read(store, 10, 5, QUALIFIED, look=4) == ([], 19)
    assert await read(store, 0, 5, Wanted(Topics.parse("sales.quote.*")), look=4) == ([], 19)


@pytest.mark.parametrize("look", [4, 1000])
async def test_the_events_of_several_types_come_in_their_order(store: Store, look: int) -> None:
    mixed = [
        each for _ in range(5) for each in (*leads(1), *leads(2, "sales.lead.updated"), *leads(1, "sales.lead.won"))
    ]
    await events.append(store, mixed)
    wanted = Wanted(Topics.parse("sales.lead.created, *.*.won"))

    assert (await read(store, 1, 6, wanted, look=look))[0] == [4, 5, 8, 9, 12, 13]


@pytest.mark.parametrize("look", [1, 1000])
async def test_the_events_of_one_collection_are_found(store: Store, look: int) -> None:
    others = [envelope("sales.lead_source.created", "lead_sources", {}), envelope("sales.quote.created", "quotes", {})]
    await events.append(store, [*leads(1), *others, *leads(1, "sales.lead.updated"), *others])

    assert (await read(store, 0, 9, Wanted(collection="leads"), look=look))[0] == [1, 4]
    updated = Wanted(Topics.parse("*.*.updated"), collection="leads")
    assert (await read(store, 0, 9, updated, look=look))[0] == [4]


async def test_of_too_many_types_a_stretch_without_any_still_leads_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST_MERGED", 0)
    await events.append(store, [*leads(9), *leads(1, "sales.lead.qualified")])

    assert await read(store, 0, 5, QUALIFIED, look=4) == ([], 4)
    assert await read(store, 4, 5, QUALIFIED, look=4) == ([], 8)
    assert await read(store, 8, 5, QUALIFIED, look=4) == ([10], 10)


async def test_finding_rare_events_reads_no_others(store: Store) -> None:
    types = ["sales.lead.created", "sales.lead.updated", "sales.lead.won"]
    for type_ in types:
        await events.append(store, leads(300, type_))

    kinds = {"aggregate": events.COLLECTION, "pipeline": events.KINDS, "cursor": {}}
    plan = await store.database.command({"explain": kinds, "verbosity": "executionStats"})
    assert "DISTINCT_SCAN" in str(plan)
    assert "COLLSCAN" not in str(plan)

    find = {
        "find": events.COLLECTION,
        "filter": {"type": {"$in": types[1:]}, "_id": {"$gt": 0, "$lte": 900}},
        "sort": {"_id": 1},
        "limit": 10,
        "hint": dict(events.BY_TYPE),
    }
    stats = (await store.database.command({"explain": find, "verbosity": "executionStats"}))["executionStats"]
    assert stats["totalDocsExamined"] == 10


async def test_the_history_of_a_subject_and_the_search_for_known_events_use_indexes(store: Store) -> None:
    await events.append(store, leads(3))

    for query in ({"subject": "leads/lead-1", "_id": {"$gt": 0}}, {"event_id": {"$in": ["a", "b"]}}):
        plan = str((await store.explain(events.COLLECTION, query, []))["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in plan
