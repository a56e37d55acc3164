"""Scores as clients see them: with every write of a lead, and soon after a change of the rules."""

from typing import Any

import pytest

from tests.services.sales.test_routes import made
from tests.support.services import Running
from tests.support.waiting import eventually

HOT = {"name": "Hot", "condition": "rating eq 'hot'", "points": 30}
MAIL = {"name": "Has an e-mail address", "condition": "email ne null", "points": 10}


async def score_of(sales: Running, lead: dict[str, Any]) -> Any:
    _, known = await sales.get(f"/api/v1/leads/{lead['id']}")
    return known["score"], known["score_explanation"], known["version"]


async def scored(sales: Running, lead: dict[str, Any], expected: Any) -> None:
    async def look() -> bool:
        return bool(await score_of(sales, lead) == expected)

    await eventually(look)


async def test_leads_are_scored_when_rules_change_and_when_they_are_written(sales: Running) -> None:
    lead = await made(sales, "leads", {"last_name": "Lee", "email": "mira@example.org", "rating": "warm"})
    rule = await made(sales, "scoring_rules", HOT)
    await made(sales, "scoring_rules", MAIL)
    mail = {"rule": MAIL["name"], "points": 10}
    await scored(sales, lead, (10, [mail], 1))

    async def hot() -> bool:
        _, changed = await sales.patch(f"/api/v1/leads/{lead['id']}", {"rating": "hot"})
        return bool(changed["score"] == 40)  # once this copy has heard of the rules

    await eventually(hot)
    version = (await score_of(sales, lead))[2]
    assert await score_of(sales, lead) == (40, [{"rule": "Hot", "points": 30}, mail], version)
    _, page = await sales.get("/api/v1/leads?$filter=score ge 40&$orderby=score desc")
    assert [each["id"] for each in page["value"]] == [lead["id"]]

    await sales.post(f"/api/v1/scoring_rules/{rule['id']}/deactivate")
    await scored(sales, lead, (10, [mail], version))


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [({"condition": "rating eq 'hott'"}, "/condition"), ({"points": 101}, "/points"), ({"name": ""}, "/name")],
)
async def test_a_rule_that_cannot_be_is_refused(sales: Running, wrong: dict[str, Any], pointer: str) -> None:
    status, problem = await sales.post("/api/v1/scoring_rules", {**HOT, **wrong})

    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)


async def test_rules_are_for_administrators(sales: Running) -> None:
    assert (await sales.post("/api/v1/scoring_rules", HOT, roles=["sales_manager"]))[0] == 403


async def test_nobody_gives_points_by_hand(sales: Running) -> None:
    status, problem = await sales.post("/api/v1/leads", {"last_name": "Lee", "score": 100})

    assert (status, problem["errors"][0]["pointer"]) == (422, "/score")
