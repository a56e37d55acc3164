"""What roles allow, through the gateway."""

from typing import Any
from uuid import uuid4

import pytest

from tests.flows.people import Organisation, somebody
from tests.flows.stories import SOON, plan_campaign
from tests.support.calling import Caller
from tests.support.waiting import eventually

COLLECTIONS = ("leads", "opportunities", "accounts", "contacts", "campaigns", "marketing_lists", "cases", "activities")


@pytest.fixture(scope="module")
async def reader(organisation: Organisation) -> Caller:
    return await organisation.signed_in("read_only")


@pytest.fixture(scope="module")
async def salesperson(organisation: Organisation) -> Caller:
    return await organisation.signed_in("salesperson")


@pytest.mark.parametrize("collection", COLLECTIONS)
async def test_read_only_reads(reader: Caller, collection: str) -> None:
    assert (await reader.ask("GET", collection)).status == 200


@pytest.mark.parametrize("collection", COLLECTIONS)
async def test_read_only_creates_nothing(reader: Caller, collection: str) -> None:
    refused = await reader.ask("POST", collection, {"name": "Mine", "title": "Mine", "topic": "Mine"})

    assert (refused.status, refused.code) == (403, "forbidden")


async def test_read_only_changes_moves_and_removes_nothing(admin: Caller, reader: Caller) -> None:
    lead = await admin.post("leads", somebody())
    path = f"leads/{lead['id']}"

    answers = [
        await reader.ask("PATCH", path, {"topic": "Mine"}),
        await reader.ask("POST", f"{path}/qualify", {}),
        await reader.ask("POST", f"{path}/assign", {"owner_id": "me"}),
        await reader.ask("DELETE", path),
    ]

    assert [answer.status for answer in answers] == [403] * 4
    assert await admin.get(path) == lead


async def test_a_salesperson_sells_but_plans_no_campaign(admin: Caller, salesperson: Caller) -> None:
    lead = await salesperson.post("leads", somebody())
    campaign = await plan_campaign(admin)

    qualified = await salesperson.post(f"leads/{lead['id']}/qualify", {})
    refused = await salesperson.ask("PATCH", f"campaigns/{campaign['id']}", {"name": "Mine"})

    assert qualified["opportunity"]["owner_id"] == lead["owner_id"]
    assert refused.status == 403


async def test_what_was_given_away_is_gone_from_wherever_it_was_seen(admin: Caller, organisation: Organisation) -> None:
    own = dict.fromkeys(("create", "read", "write"), "own")
    permissions = {"leads": own, "timeline": {"read": "all"}, "search": {"read": "all"}}
    role = await admin.post("roles", {"name": "Keeper of leads", "permissions": permissions})
    keeper = await organisation.signed_in(role["id"])
    person = somebody(last_name=f"Byron{uuid4().hex[:8]}")

    async def made() -> dict[str, Any] | None:
        """Once the role has reached the service."""
        answer = await keeper.ask("POST", "leads", person)
        return answer.body if answer.status == 201 else None

    lead = await eventually(made, within=SOON)

    async def seen() -> dict[str, bool]:
        """Where the keeper finds the lead."""
        asked = {
            "record": ("leads/" + lead["id"], {}),
            "list": ("leads", {}),
            "$search": ("leads", {"$search": person["last_name"]}),
            "search": ("search", {"q": person["last_name"]}),
            "timeline": (f"timeline/leads/{lead['id']}", {}),
        }
        answers = {name: await keeper.ask("GET", path, params=params) for name, (path, params) in asked.items()}
        return {name: lead["id"] in str(answer.body) and answer.status == 200 for name, answer in answers.items()}

    async def is_seen(*, everywhere: bool) -> bool:
        return set((await seen()).values()) == {everywhere}

    await eventually(lambda: is_seen(everywhere=True), within=SOON)
    await admin.post(f"leads/{lead['id']}/assign", {"owner_id": (await admin.get("me"))["id"]})
    await eventually(lambda: is_seen(everywhere=False), within=SOON)


async def test_everybody_finds_the_colleagues_whom_records_can_be_given_to(admin: Caller, salesperson: Caller) -> None:
    team = await admin.post("teams", {"name": "North"})

    users, teams = await salesperson.get("users"), await salesperson.get("teams")

    assert (await salesperson.get("me"))["name"] in {user["name"] for user in users["value"]}
    assert team["id"] in {each["id"] for each in teams["value"]}
    assert (await salesperson.ask("POST", "teams", {"name": "Mine"})).status == 403


@pytest.mark.parametrize("path", ["events", "roles", "parked?service=sales"])
async def test_operating_the_suite_is_for_administrators(salesperson: Caller, path: str) -> None:
    assert (await salesperson.ask("GET", path)).status == 403


async def test_work_areas_show_what_there_is_to_see(admin: Caller, reader: Caller) -> None:
    mine, theirs = (await admin.get("work_areas"))["value"], (await reader.get("work_areas"))["value"]

    assert [area["name"] for area in theirs][:3] == ["Sales", "Service", "Marketing"]
    assert "users" in str(mine)
    assert "users" not in str(theirs)
