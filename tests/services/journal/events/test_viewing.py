"""Who sees what of the journal: in the stream, which is for everybody, and in the feed."""

from typing import Any

import pytest

from libs.contracts.envelope import Envelope
from tests.services.journal.conftest import Announce
from tests.services.journal.reading import reading
from tests.support.events import envelope
from tests.support.services import Running

CHANGED = {"email": {"before": None, "after": "a@example.org"}, "topic": {"before": None, "after": "Loan"}}
ROLES: list[dict[str, Any]] = [
    {"id": "own", "permissions": {"leads": {"read": "own"}}},
    {"id": "blind", "permissions": {"leads": {"read": "all"}}, "fields": {"leads": {"email": "hidden"}}},
    {"id": "auditor", "permissions": {"leads": {"read": "own"}, "events": {"read": "all"}}},
]


@pytest.fixture(autouse=True)
async def roles(events: Running) -> None:
    await events.know("roles", *ROLES)


def lead(kind: str, id_: str, owner: str, *, sequence: int = 1, **data: Any) -> Envelope:
    record = {"id": f"{kind}-{id_}", "owner_id": owner, "topic": "Loan", "email": "a@example.org"}
    return envelope(f"{kind}.lead.updated", "leads", record, sequence=sequence, **data)


async def test_everybody_follows_what_they_may_see(events: Running, announce: Announce, kind: str) -> None:
    anas, evas, last = lead(kind, "1", "ana"), lead(kind, "2", "eva"), lead(kind, "3", "ana")
    async with reading(events, f"types={kind}.%23", role="own", user_id="ana") as reader:
        await announce(anas, evas, last)
        heard = await reader.take(2)

    assert {event["id"] for event in heard} == {anas.id, last.id}


async def test_what_was_given_away_is_not_seen_afterwards(events: Running, announce: Announce, kind: str) -> None:
    before, given, end = lead(kind, "1", "ana"), lead(kind, "1", "eva", sequence=2), lead(kind, "9", "ana")
    async with reading(events, f"types={kind}.%23") as reader:
        await announce(before, given, end)
        await reader.take(3)

    async with reading(events, f"types={kind}.%23&after=0", role="own", user_id="ana") as reader:
        heard = await reader.take(1)

    assert [event["id"] for event in heard] == [end.id]


async def test_hidden_fields_are_not_streamed(events: Running, announce: Announce, kind: str) -> None:
    async with reading(events, f"types={kind}.%23", role="blind") as reader:
        await announce(lead(kind, "1", "eva", changed=CHANGED))
        (heard,) = await reader.take(1)

    assert heard["data"]["record"]["topic"] == "Loan"
    assert "email" not in heard["data"]["record"]
    assert heard["data"]["changed"].keys() == {"topic"}


async def test_the_feed_is_for_those_who_may_read_events_and_holds_what_they_may_see(
    events: Running, announce: Announce, kind: str
) -> None:
    evas = lead(kind, "1", "eva")
    mine = lead(kind, "2", "user-1")
    async with reading(events, f"types={kind}.%23") as reader:
        await announce(evas, mine)
        await reader.take(2)

    status, page = await events.get(f"/api/v1/events?types={kind}.%23&after=0", roles=["auditor"])

    assert (status, [event["id"] for event in page["value"]]) == (200, [mine.id])
    assert (await events.get("/api/v1/events", roles=["own"]))[0] == 403


async def test_a_notification_reaches_nobody_but_its_owner(events: Running, announce: Announce, kind: str) -> None:
    told = [
        envelope(f"{kind}.notification.created", "notifications", {"id": f"{kind}-{owner}", "owner_id": owner})
        for owner in ("eva", "ana")
    ]
    types = f"types={kind}.%23"
    async with reading(events, types, role="administrator", user_id="ana") as administrator:
        await announce(*told)
        heard = await administrator.take(1)
    async with reading(events, f"{types}&after=0", role="own", user_id="eva") as reader:
        [hers] = await reader.take(1)
    _, feed = await events.get(f"/api/v1/events?{types}", user_id="ana")

    assert [event["id"] for event in heard] == [event["id"] for event in feed["value"]] == [told[1].id]
    assert hers["id"] == told[0].id
