"""How far goals are, to the cent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libs.store.copies import seed_copies
from libs.web.executing import STORE
from libs.web.requests import DIRECTORY
from services.sales.opportunities.model import Opportunity
from tests.services.sales.test_routes import made
from tests.support.services import Running

PERIOD = {"starts_on": "2026-01-01", "ends_on": "2099-12-31"}
TARGET = {"name": "Sales", "target": 1000, **PERIOD}


@pytest.fixture(autouse=True)
async def people(sales: Running) -> None:
    store = sales.app[STORE]
    await seed_copies(store, "users", [{"id": name, "name": name} for name in ("ana", "eva", "kim")])
    await seed_copies(store, "teams", [{"id": "north", "name": "North"}])


async def won(sales: Running, value: float, *, on: datetime | None = None, **fields: Any) -> str:
    splits = [{"user_id": user_id, "percent": percent} for user_id, percent in fields.pop("shares", {}).items()]
    body = {"name": "Card", "estimated_value": value, "splits": splits, **fields}
    owner = body.pop("owner", "user-1")
    deal = await made(sales, "opportunities", body)
    path = f"/api/v1/opportunities/{deal['id']}"
    assert (await sales.post(f"{path}/win"))[0] == 200
    change = {"owner_id": owner, **({"closed_at": on} if on else {})}
    await sales.app[STORE].collection(Opportunity.collection).update_one({"_id": deal["id"]}, {"$set": change})
    return path


async def progress(sales: Running, goal_id: str) -> Any:
    status, answer = await sales.get(f"/api/v1/goals/{goal_id}/progress")
    assert status == 200, answer
    return answer


async def goal(sales: Running, **fields: Any) -> str:
    return str((await made(sales, "goals", {**TARGET, **fields}))["id"])


async def test_sales_count_for_those_who_made_them_by_their_shares(sales: Running) -> None:
    await won(sales, 100, owner="ana")
    await won(sales, 0.1, owner="eva", shares={"ana": 33.3333, "kim": 66.6667})
    reopened = await won(sales, 7, owner="ana")
    await sales.post(f"{reopened}/reopen")
    await made(sales, "opportunities", {"name": "Open", "estimated_value": 50})

    of_ana, of_eva = await goal(sales, user_id="ana"), await goal(sales, user_id="eva")
    number, all_of_it = await goal(sales, user_id="kim", metric="won_count"), await goal(sales)

    assert [(await progress(sales, each))["actual"] for each in (of_ana, of_eva, number, all_of_it)] == [
        100.03,
        0,
        0.6667,
        100.1,
    ]
    assert (await progress(sales, of_ana))["percent"] == 10


async def test_a_team_has_what_it_and_its_members_sell(sales: Running) -> None:
    await won(sales, 100, owner="ana")
    await won(sales, 30, owner="north")
    await won(sales, 10, owner="kim", shares={"eva": 50, "kim": 50})
    people = sales.identities.people
    teams = [{"id": "north", "version": 1, "member_ids": ["ana", "eva"]}]
    sales.identities.people = type(people).model_validate({**people.model_dump(by_alias=True), "teams": teams})
    try:
        await sales.app[DIRECTORY].reload()
        assert (await progress(sales, await goal(sales, team_id="north")))["actual"] == 135
    finally:
        sales.identities.people = people
        await sales.app[DIRECTORY].reload()


async def test_other_currencies_count_by_the_rate_of_the_day(sales: Running) -> None:
    rates = [{"valid_from": "2026-01-01", "rate": 2}, {"valid_from": "2026-03-01", "rate": 4}]
    await made(sales, "currencies", {"code": "EUR", "rates": [{"valid_from": "2026-01-01", "rate": 1}]})
    await made(sales, "currencies", {"code": "USD", "rates": rates})
    await won(sales, 100, currency="USD", on=datetime(2026, 2, 28, 23, 59, tzinfo=UTC))
    await won(sales, 100, currency="USD", on=datetime(2026, 3, 1, tzinfo=UTC))
    await won(sales, 100, currency="SEK")

    answer = await progress(sales, await goal(sales))

    assert (answer["actual"], answer["unconverted"]) == (75, [{"currency": "SEK", "amount": 100}])


async def test_what_is_open_counts_by_its_chance_in_the_forecast(sales: Running) -> None:
    await won(sales, 100, owner="user-1")
    splits = [{"user_id": "ana", "percent": 75}, {"user_id": "eva", "percent": 25}]
    deals: list[dict[str, Any]] = [
        {"close_date": "2026-02-28", "probability": 40, "splits": splits},
        {"close_date": "2026-02-01", "probability": 10},
        {"close_date": "2026-02-01", "probability": 90, "forecast_category": "omitted"},
        {"close_date": "2026-03-01", "probability": 90},
        {"probability": 90},
        {"close_date": "2026-02-01", "probability": 50, "currency": "SEK"},
    ]
    for deal in deals:
        await made(sales, "opportunities", {"name": "Card", "estimated_value": 1000, **deal})
    february = {"starts_on": "2026-02-01", "ends_on": "2026-02-28"}
    top = await goal(sales, **february)
    of_ana = await goal(sales, user_id="ana", **february)
    counted = await goal(sales, metric="won_count", **february)
    invoiced = await goal(sales, metric="invoiced_value", **february)

    told = [await progress(sales, each) for each in (top, of_ana, counted, invoiced)]

    assert [each["forecast"] for each in told] == [500, 300, 1, None]
    assert (told[0]["actual"], told[0]["forecast_percent"]) == (0, 50)
    assert told[0]["unconverted"] == [{"currency": "SEK", "amount": 500}]


async def test_goals_forecast_what_those_under_them_do(sales: Running) -> None:
    top = await goal(sales)
    await goal(sales, parent_goal_id=top, user_id="ana")
    await won(sales, 100, owner="ana")
    split = [{"user_id": "ana", "percent": 100}]
    deal = {"name": "Card", "estimated_value": 60, "probability": 50, "close_date": "2027-01-01", "splits": split}
    await made(sales, "opportunities", deal)
    await made(sales, "opportunities", {**deal, "splits": []})

    answer = await progress(sales, top)

    assert (answer["forecast"], [each["forecast"] for each in answer["children"]]) == (130, [130])


async def test_both_ends_of_a_period_belong_to_it(sales: Running) -> None:
    for at in (datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)):
        await won(sales, 1, on=at)
        await won(sales, 10, on=at - timedelta(seconds=1) if at.day == 1 else at + timedelta(seconds=1))

    february = await goal(sales, starts_on="2026-02-01", ends_on="2026-02-28")

    assert (await progress(sales, february))["actual"] == 20


async def test_goals_under_a_goal_add_up(sales: Running) -> None:
    await won(sales, 100, owner="ana")
    await won(sales, 20, owner="eva")
    await won(sales, 3, owner="kim")
    top = await goal(sales)
    region = await goal(sales, parent_goal_id=top, target=500)
    leaves = [await goal(sales, parent_goal_id=region, user_id=user_id, target=200) for user_id in ("ana", "eva")]

    answer = await progress(sales, top)
    (below,) = answer["children"]

    assert (answer["actual"], below["actual"], [each["actual"] for each in below["children"]]) == (120, 120, [100, 20])
    assert (answer["percent"], below["percent"]) == (12, 24)
    for parent in (*leaves, region):
        status, problem = await sales.patch(f"/api/v1/goals/{region}", {"parent_goal_id": parent})
        assert (status, problem["errors"][0]["code"]) == (422, "cycle")
    status, problem = await sales.patch(f"/api/v1/goals/{region}", {"metric": "won_count"})
    assert (status, problem["errors"][0]["pointer"]) == (422, "/parent_goal_id")


async def test_only_sales_managers_and_administrators_set_goals(sales: Running) -> None:
    statuses = [
        (await sales.post("/api/v1/goals", TARGET, roles=(role,)))[0]
        for role in ("salesperson", "sales_manager", "administrator")
    ]

    assert statuses == [403, 201, 201]
