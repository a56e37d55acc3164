"""What happened to a record, from whatever service."""

from typing import Any

import pytest

from tests.flows.people import somebody
from tests.flows.stories import SOON, Record, interest
from tests.support.calling import Caller
from tests.support.waiting import eventually

STORY = ["activity.campaign_response.created", "sales.lead.created", "sales.lead.qualified"]


@pytest.fixture(scope="module")
async def lead(admin: Caller) -> Record:
    """One who answered and was qualified."""
    lead = await interest(admin, somebody())
    qualified: Record = (await admin.post(f"leads/{lead['id']}/qualify", {}))["lead"]
    return qualified


@pytest.fixture(scope="module")
async def entries(admin: Caller, lead: Record) -> list[dict[str, Any]]:
    """The lead's timeline, once the whole story is on it."""

    async def look() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await admin.get(f"timeline/leads/{lead['id']}"))["value"]
        return found if set(STORY) <= {entry["type"] for entry in found} else []

    return await eventually(look, within=SOON)


async def test_a_timeline_begins_with_what_happened_last(entries: list[dict[str, Any]]) -> None:
    times = [entry["at"] for entry in entries]

    assert times == sorted(times, reverse=True)


async def test_the_response_that_made_a_lead_is_part_of_its_story(entries: list[dict[str, Any]]) -> None:
    told = [entry["type"] for entry in entries if entry["type"] in STORY]

    assert told == STORY[::-1]


async def test_a_timeline_calls_things_by_their_names(entries: list[dict[str, Any]]) -> None:
    titles = {entry["type"]: entry["title"] for entry in entries}

    assert titles["sales.lead.qualified"] == "Lead qualified"


async def test_a_timeline_tells_who_did_it_and_by_which_way(admin: Caller, entries: list[dict[str, Any]]) -> None:
    me = await admin.get("me")
    told = {entry["type"]: (entry["actor_id"], entry["via"]) for entry in entries}

    assert told["sales.lead.qualified"] == (me["id"], "ui")
    assert told["sales.lead.created"] == (me["id"], "event")


async def test_the_opportunity_has_the_qualification_on_its_timeline_too(
    admin: Caller, lead: Record, entries: list[dict[str, Any]]
) -> None:
    async def look() -> bool:
        found = (await admin.get(f"timeline/opportunities/{lead['opportunity_id']}"))["value"]
        return "sales.lead.qualified" in {entry["type"] for entry in found}

    await eventually(look, within=SOON)


async def test_the_campaign_shows_who_answered_it(admin: Caller, lead: Record, entries: list[dict[str, Any]]) -> None:
    found = (await admin.get(f"timeline/campaigns/{lead['source_campaign_id']}"))["value"]

    assert "activity.campaign_response.created" in {entry["type"] for entry in found}
