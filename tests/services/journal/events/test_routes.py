"""The feed of events: pages in their order, for administrators."""

import asyncio

import pytest

from tests.services.journal.conftest import Announce, Made
from tests.services.journal.reading import listed
from tests.support.events import envelope
from tests.support.services import Running
from tests.support.waiting import PATIENCE, eventually


async def test_events_are_listed_in_their_order_as_they_were_announced(
    events: Running, announce: Announce, made: Made, kind: str
) -> None:
    announced = made(25)
    await announce(*announced, *announced[:5])
    await eventually(lambda: _count(events, kind, 25))

    value = await listed(events, f"types={kind}.%23&$top=4")

    positions = [event["position"] for event in value]
    assert positions == sorted(set(positions))
    assert sorted(event["id"] for event in value) == sorted(each.id for each in announced)
    first = next(event for event in value if event["id"] == announced[0].id)
    assert (first["specversion"], first["data"]["record"]["topic"]) == ("1.0", "Zürich\n0")


async def test_the_positions_of_all_events_are_dense_also_with_two_copies(
    events: Running, second: Running, announce: Announce, made: Made, kind: str
) -> None:
    announced = made(150)
    await announce(*announced, *reversed(announced), *announced)
    await eventually(lambda: _count(second, kind, 150))

    value = await listed(events, "$top=1000")

    assert [event["position"] for event in value] == list(range(1, len(value) + 1))
    assert len({event["id"] for event in value}) == len(value)
    assert {each.id for each in announced} <= {event["id"] for event in value}


async def test_the_feed_tells_where_to_go_on(events: Running, announce: Announce, made: Made, kind: str) -> None:
    await announce(*made(2))
    await eventually(lambda: _count(events, kind, 2))
    _, before = await events.get("/api/v1/events?$top=1000")
    end = before["position"]

    assert (await events.get(f"/api/v1/events?after={end}"))[1] == {"value": [], "position": end}
    await announce(*made(1, verb="updated"))
    await eventually(lambda: _count(events, kind, 3))
    value = await listed(events, f"after={end}&types={kind}.*.*")

    assert [event["type"] for event in value] == [f"{kind}.lead.updated"]


async def test_the_history_of_one_record_is_listed(events: Running, announce: Announce, made: Made, kind: str) -> None:
    announced = made(3)
    await announce(*announced)
    await eventually(lambda: _count(events, kind, 3))

    value = await listed(events, f"subject={announced[1].subject}")

    assert [event["id"] for event in value] == [announced[1].id]


async def test_the_events_of_one_collection_are_listed(
    events: Running, announce: Announce, made: Made, kind: str
) -> None:
    account = envelope(f"{kind}.account.created", "accounts", {})
    await announce(*made(2), account)
    await eventually(lambda: _count(events, kind, 3))

    value = await listed(events, f"collection=accounts&types={kind}.*")

    assert [event["id"] for event in value] == [account.id]


async def test_who_waits_is_answered_as_soon_as_something_wanted_happens(
    events: Running, second: Running, announce: Announce, made: Made, kind: str
) -> None:
    end = (await events.get("/api/v1/events?$top=1000&types=nothing.*"))[1]["position"]
    query = f"/api/v1/events?after={end}&wait=25&types={kind}.lead.updated"
    waiting = [asyncio.create_task(journal.get(query)) for journal in (events, second)]

    await announce(*made(3))
    await eventually(lambda: _count(events, kind, 3))
    assert not any(task.done() for task in waiting)
    announced = made(1, verb="updated")
    await announce(*announced)

    for _, page in await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE):
        assert [event["id"] for event in page["value"]] == [announced[0].id]


async def test_who_waits_in_vain_learns_where_to_go_on(
    events: Running, announce: Announce, made: Made, kind: str
) -> None:
    announced = made(2)
    await announce(*announced)
    await eventually(lambda: _count(events, kind, 2))
    last = (await listed(events, f"types={kind}.*"))[-1]["position"]

    _, page = await events.get("/api/v1/events?wait=1&types=nothing.*")

    assert page["value"] == []
    assert page["position"] >= last


async def test_what_is_only_told_once_more_is_not_journalled(events: Running, announce: Announce, kind: str) -> None:
    created, restated = envelope(f"{kind}.created", "leads", {}), envelope(f"{kind}.restated", "leads", {})

    await announce(restated, created)

    await eventually(lambda: _count(events, kind, 1))
    assert [event["type"] for event in await listed(events, f"types={kind}.%23")] == [created.type]


@pytest.mark.parametrize(
    "query",
    [
        *("after=-1", "after=x", "after=999999999", "$top=0", "$top=1001", "wait=26", "wait=x"),
        *("types=a..b", "types=(a%2B)%2B$", "collection=Leads", "collection=leads&subject=leads/1"),
    ],
)
async def test_a_bad_question_is_refused(events: Running, query: str) -> None:
    assert (await events.get(f"/api/v1/events?{query}"))[0] == 422


@pytest.mark.parametrize("role", ["sales_manager", "marketer", "service_representative", "read_only"])
async def test_the_feed_is_for_administrators(events: Running, role: str) -> None:
    status, problem = await events.get("/api/v1/events", roles=[role])

    assert (status, problem["code"]) == (403, "forbidden")


async def _count(journal: Running, kind: str, count: int) -> bool:
    return len(await listed(journal, f"types={kind}.%23&$top=1000")) == count
