"""What a campaign brought, counted by those who only hear of it."""

from decimal import Decimal
from typing import Any

import pytest

from tests.flows.people import somebody
from tests.flows.stories import SOON, Record, lead_of, plan_campaign, respond, win
from tests.support.calling import Caller
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
async def campaign(admin: Caller) -> Record:
    """Three answered: one bought, one is interested, one is not."""
    campaign = await plan_campaign(admin)
    bought = await respond(admin, campaign, somebody())
    await respond(admin, campaign, somebody())
    await respond(admin, campaign, somebody(), "not_interested")
    await win(admin, await lead_of(admin, bought))
    return campaign


@pytest.fixture(scope="module")
async def funnel(admin: Caller, campaign: Record) -> dict[str, Any]:
    """The campaign's entry, once the sale and the name are in it."""

    async def look() -> dict[str, Any] | None:
        entries = (await admin.get("funnel", campaign_id=campaign["id"]))["value"]
        whole = entries and (entries[0]["responses"], entries[0]["leads"], entries[0]["won"]) == (3, 2, 1)
        return entries[0] if whole and entries[0]["campaign_name"] else None

    return await eventually(look, within=SOON)


@pytest.fixture(scope="module")
async def counts(admin: Caller, campaign: Record) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        counted: dict[str, Any] = await admin.get(f"campaigns/{campaign['id']}/responses")
        return counted if counted["total"] == 3 else None

    return await eventually(look, within=SOON)


async def test_the_funnel_narrows_from_responses_to_sales(funnel: dict[str, Any]) -> None:
    stages = ("responses", "interested", "leads", "opportunities", "won")

    assert [funnel[stage] for stage in stages] == [3, 2, 2, 1, 1]


async def test_the_funnel_knows_what_the_sales_brought(funnel: dict[str, Any]) -> None:
    brought = [(Decimal(str(sum_["amount"])), sum_["currency"]) for sum_ in funnel["won_value"]]

    assert brought == [(Decimal(1000), "EUR")]


async def test_the_funnel_gives_its_rates(funnel: dict[str, Any]) -> None:
    assert (funnel["lead_rate"], funnel["win_rate"]) == (pytest.approx(2 / 3, abs=1e-4), 1.0)


async def test_the_funnel_calls_the_campaign_by_its_name(funnel: dict[str, Any], campaign: Record) -> None:
    assert funnel["campaign_name"] == campaign["name"]


async def test_the_funnel_tells_how_far_it_is_behind(admin: Caller, campaign: Record) -> None:
    async def look() -> bool:
        lag = (await admin.get("funnel", campaign_id=campaign["id"]))["lag"]
        return (lag["pending"], lag["seconds"]) == (0, 0)

    await eventually(look, within=SOON)


async def test_marketing_counts_the_responses_by_their_meaning(counts: dict[str, Any]) -> None:
    assert counts["by_response"] == {"interested": 2, "not_interested": 1}


async def test_marketing_counts_the_responses_by_their_channel(counts: dict[str, Any]) -> None:
    assert counts["by_channel"] == {"phone_call": 3}
