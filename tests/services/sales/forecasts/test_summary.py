"""What a pipeline holds, to the cent, and found by indexes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from libs.domain.grants import EVERYTHING, Grants, Permissions, refuse_hidden
from libs.domain.refusals import Forbidden
from libs.store.clock import utc_now
from libs.store.store import Store
from libs.web.executing import STORE
from services.sales.forecasts import store as forecasts
from services.sales.opportunities.model import Opportunity
from tests.libs.web.test_plans import one_of_few, profiled
from tests.services.sales.test_routes import made
from tests.support.services import Running


async def deal(sales: Running, value: float | None, **fields: Any) -> str:
    opportunity = await made(sales, "opportunities", {"name": "Card", "estimated_value": value, **fields})
    return f"/api/v1/opportunities/{opportunity['id']}"


async def test_stages_and_months_hold_what_their_opportunities_come_to(sales: Running) -> None:
    for code, rate in (("EUR", 1), ("USD", 2)):
        await made(sales, "currencies", {"code": code, "rates": [{"valid_from": "2026-01-01", "rate": rate}]})
    await deal(sales, 100.01, close_date="2099-02-28")
    await deal(sales, 50, close_date="2099-02-01", currency="USD", probability=50)
    await deal(sales, None, stage="proposal")
    await deal(sales, 7, stage="proposal", currency="SEK")
    for action, body in (("win", {"actual_value": 30}), ("lose", None)):
        await sales.post(f"{await deal(sales, 1000)}/{action}", body)
    long_ago = await deal(sales, 5)
    await sales.post(f"{long_ago}/win")
    change = {"$set": {"closed_at": datetime(2020, 1, 1, tzinfo=UTC)}}
    await sales.app[STORE].collection(Opportunity.collection).update_one({"_id": long_ago.rpartition("/")[2]}, change)

    status, answer = await sales.get("/api/v1/pipelines/default/summary")

    def figures(row: Any) -> tuple[int, float, float]:
        return row["count"], row["value"], row["weighted"]

    assert status == 200
    assert {row["stage"]: figures(row) for row in answer["stages"]} == {
        "qualification": (2, 125.01, 22.5),
        "needs_analysis": (0, 0, 0),
        "proposal": (2, 0, 0),
        "negotiation": (0, 0, 0),
    }
    assert {(row["month"], row["forecast_category"]): figures(row) for row in answer["forecast"]} == {
        (None, "best_case"): (2, 0, 0),
        ("2099-02", "pipeline"): (2, 125.01, 22.5),
        (f"{utc_now():%Y-%m}", "won"): (1, 30, 30),
    }
    assert answer["unconverted"] == [{"currency": "SEK", "count": 1, "value": 7}]
    _, dollars = await sales.get("/api/v1/pipelines/default/summary?currency=USD")
    assert figures(dollars["stages"][0]) == (2, 250.02, 45)


@pytest.mark.parametrize("query", ["currency=XXQ", "since=2026"])
async def test_what_cannot_be_asked_is_named(sales: Running, query: str) -> None:
    status, problem = await sales.get(f"/api/v1/pipelines/default/summary?{query}")

    assert (status, problem["code"]) == (422, "invalid_fields")


@pytest.mark.parametrize("grants", [EVERYTHING, one_of_few("opportunities")], ids=["all", "few"])
async def test_figures_are_found_in_indexes(store: Store, grants: Grants) -> None:
    owners = ("ana", "eva")
    rows = [
        {
            "_id": f"o-{number}",
            "pipeline_id": "default" if number % 10 else "other",
            "state": "open" if number % 5 else "won",
            "closed_at": datetime(2026, 1, 1, tzinfo=UTC),
            "owner_id": owners[number % 2],
            "stage": "proposal",
            "currency": "EUR",
            "probability": 50,
            "forecast_category": "pipeline",
            **({"_deleted": datetime(2026, 1, 1, tzinfo=UTC)} if number % 7 == 0 else {}),
        }
        for number in range(400)
    ]
    await store.collection(Opportunity.collection).insert_many(rows)
    await profiled(store, Opportunity.collection)

    found = await forecasts.cells(store, "default", grants, won_since=datetime(2026, 2, 1, tzinfo=UTC).date())

    plans = await profiled(store, Opportunity.collection)
    await store.database.command("profile", 0)
    await store.collection("system.profile").drop()
    assert sum(cell.count for cell in found) == sum(
        row["state"] == "open" and "_deleted" not in row and (grants is EVERYTHING or row["owner_id"] == "ana")
        for row in rows
    )
    assert len(plans) == 2
    assert not [plan["planSummary"] for plan in plans if "COLLSCAN" in plan["planSummary"]]
    assert sum(plan["docsExamined"] for plan in plans) <= (0 if grants is EVERYTHING else 200)


def test_figures_are_not_told_to_those_who_may_not_see_what_they_are_made_of() -> None:
    hidden = Permissions(hidden=frozenset({"estimated_value"}))
    grants = Grants("ana", frozenset(), collections={"opportunities": hidden})

    refuse_hidden(["stage"], grants, "opportunities")
    with pytest.raises(Forbidden):
        refuse_hidden(forecasts.USED, grants, "opportunities")
