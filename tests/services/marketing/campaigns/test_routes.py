"""Campaigns over HTTP."""

from services.marketing.campaigns.model import MOVES, CampaignState
from tests.support.services import Running
from tests.support.walking import Machine, walk


async def make_campaign(marketing: Running) -> str:
    return str((await marketing.post("/api/v1/campaigns", {"name": "Spring"}))[1]["id"])


async def test_every_open_move_works_and_every_other_is_refused(marketing: Running) -> None:
    assert await walk(marketing, Machine("campaigns", MOVES, CampaignState.PROPOSED, make_campaign)) == []


async def test_a_name_is_all_that_a_campaign_needs(marketing: Running) -> None:
    status, campaign = await marketing.post("/api/v1/campaigns", {"name": "Spring"})

    assert (status, campaign["state"]) == (201, "proposed")


async def test_a_move_that_is_not_open_names_those_that_are(marketing: Running) -> None:
    _, campaign = await marketing.post("/api/v1/campaigns", {"name": "Spring"})

    status, problem = await marketing.post(f"/api/v1/campaigns/{campaign['id']}/launch")

    assert (status, problem["state"], problem["open_actions"]) == (409, "proposed", ["make_ready", "cancel"])


async def test_dates_in_the_wrong_order_are_refused_when_created_and_when_changed(marketing: Running) -> None:
    _, campaign = await marketing.post("/api/v1/campaigns", {"name": "Spring", "start_date": "2026-05-01"})
    wrong = {"name": "Spring", "start_date": "2026-05-01", "end_date": "2026-04-01"}

    created = await marketing.post("/api/v1/campaigns", wrong)
    changed = await marketing.patch(f"/api/v1/campaigns/{campaign['id']}", {"end_date": "2026-04-01"})

    for status, problem in (created, changed):
        assert (status, problem["errors"][0]["pointer"]) == (422, "/end_date")


async def test_a_campaign_addresses_lists_that_exist(marketing: Running) -> None:
    _, people = await marketing.post("/api/v1/marketing_lists", {"name": "Young", "member_kind": "contact"})
    known = {"collection": "marketing_lists", "id": people["id"]}

    _, campaign = await marketing.post("/api/v1/campaigns", {"name": "Spring", "lists": [known]})
    status, problem = await marketing.post("/api/v1/campaigns", {"name": "Spring", "lists": [known | {"id": "none"}]})

    assert campaign["lists"] == [known | {"name": "Young"}]
    assert (status, problem["errors"][0]["pointer"]) == (422, "/lists/0")


async def test_a_copy_is_a_new_proposal(marketing: Running) -> None:
    _, campaign = await marketing.post("/api/v1/campaigns", {"name": "Spring", "channels": ["email"]})

    status, copy = await marketing.post(f"/api/v1/campaigns/{campaign['id']}/copy", {})

    assert (status, copy["name"], copy["channels"]) == (200, "Spring (copy)", ["email"])
    assert copy["id"] != campaign["id"]


async def test_responses_are_not_counted_by_what_is_hidden(marketing: Running) -> None:
    reads = {"campaigns": {"read": "all"}, "activities": {"read": "all"}}
    await marketing.know("roles", {"id": "deaf", "permissions": reads, "fields": {"activities": {"channel": "hidden"}}})
    path = f"/api/v1/campaigns/{await make_campaign(marketing)}/responses"

    status, problem = await marketing.get(path, roles=("deaf",))

    assert (status, problem["code"], "channel" in problem["detail"]) == (403, "forbidden", True)
    assert (await marketing.get(path))[0] == 200
