"""A record's past, told through the gateway for the records of every service."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.flows.people import Organisation, somebody
from tests.flows.stories import SOON, plan_campaign
from tests.support.calling import Caller
from tests.support.waiting import eventually


async def history(caller: Caller, path: str, count: int) -> list[dict[str, Any]]:
    """The entries of a record's history, once there are so many."""

    async def look() -> list[dict[str, Any]]:
        answer = await caller.ask("GET", f"{path}/history")
        return answer.body["value"] if answer.status == 200 and len(answer.body["value"]) == count else []

    return await eventually(look, within=SOON)


async def test_a_lead_is_removed_restored_and_shown_as_it_was(admin: Caller) -> None:
    lead = await admin.post("leads", somebody())
    path = f"leads/{lead['id']}"
    changed = await admin.patch(path, {"last_name": "King"})
    await admin.ask("DELETE", path)
    restored = await admin.post(f"{path}/restore")

    told = await history(admin, path, 4)

    assert [entry["type"].rpartition(".")[2] for entry in told] == ["restored", "deleted", "updated", "created"]
    assert told[2]["changed"]["last_name"] == {"before": lead["last_name"], "after": "King"}
    assert {entry["actor"]["id"] for entry in told} == {(await admin.get("me"))["id"]}
    for state in (lead, changed, restored):
        assert await admin.get(f"{path}?as_of={quote(state['modified_at'])}") == state
    removed = await admin.ask("GET", f"{path}?as_of={quote(told[1]['time'])}")
    assert (removed.status, removed.code) == (404, "not_found")


async def test_who_did_it_is_told_by_name(organisation: Organisation, admin: Caller) -> None:
    salesperson = await organisation.signed_in("salesperson")
    lead = await salesperson.post("leads", somebody())

    async def name() -> Any:
        return (await history(admin, f"leads/{lead['id']}", 1))[0]["actor"]["name"]

    assert await eventually(name, within=SOON) == "Somebody"


async def test_a_restored_record_counts_again_and_can_be_referred_to(admin: Caller) -> None:
    campaign = await plan_campaign(admin)
    await admin.ask("DELETE", f"campaigns/{campaign['id']}")
    lead = somebody(source_campaign_id=campaign["id"])

    async def refused() -> bool:
        return (await admin.ask("POST", "leads", lead)).status == 422

    async def taken() -> bool:
        return (await admin.ask("POST", "leads", lead)).status == 201

    await eventually(refused, within=SOON)
    await admin.post(f"campaigns/{campaign['id']}/restore")
    await eventually(taken, within=SOON)


@pytest.mark.parametrize("collection", ["users", "campaigns", "accounts", "activities", "cases", "marketing_lists"])
async def test_every_collection_has_a_past(admin: Caller, collection: str) -> None:
    for path in ("nobody/history", "nobody?as_of=2026-03-01T08:30:00Z"):
        answer = await admin.ask("GET", f"{collection}/{path}")
        assert (answer.status, answer.body["detail"]) == (404, f"no record {collection}/nobody is in the journal")
