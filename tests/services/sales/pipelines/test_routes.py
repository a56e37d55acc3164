"""Pipelines over HTTP, and opportunities that go through them."""

import asyncio
from typing import Any

import pytest

from libs.store.store import Store
from libs.web.executing import STORE
from services.sales.opportunities.model import Opportunity
from services.sales.pipelines.first import make_default_pipeline
from services.sales.pipelines.model import DEFAULT_ID, Pipeline
from tests.services.sales.copies import announced
from tests.services.sales.test_routes import ANN, made
from tests.support.services import Running

STAGES: list[dict[str, Any]] = [
    {"name": "asked", "probability": 40},
    {"name": "shown", "probability": 60},
    {"name": "promised", "probability": 90, "forecast_category": "committed", "required_fields": ["close_date"]},
]


@pytest.fixture
async def renewals(sales: Running) -> str:
    return str((await made(sales, "pipelines", {"name": "Renewals", "stages": STAGES}))["id"])


async def test_copies_that_start_at_once_make_one_default_pipeline(store: Store, other: Store) -> None:
    await store.collection("pipelines").delete_many({})

    await asyncio.gather(*(make_default_pipeline(each) for each in (store, other) * 4))

    (default,) = await store.collection("pipelines").find().to_list(None)
    assert (default["_id"], default["version"]) == (DEFAULT_ID, 1)
    assert [event.type for event in await announced(store, Pipeline.model_validate({**default, "id": DEFAULT_ID}))] == [
        "sales.pipeline.created"
    ]


async def test_opportunities_from_before_are_found_in_the_default_pipeline(sales: Running) -> None:
    card = await made(sales, "opportunities", {"name": "Card"})
    store = sales.app[STORE]
    await store.collection(Opportunity.collection).update_one({"_id": card["id"]}, {"$unset": {"pipeline_id": ""}})

    _, moved = await sales.post(f"/api/v1/opportunities/{card['id']}/hold")
    await store.collection(Opportunity.collection).update_one({"_id": card["id"]}, {"$unset": {"pipeline_id": ""}})
    await make_default_pipeline(store)

    _, found = await sales.get(f"/api/v1/opportunities?$filter=pipeline_id eq '{DEFAULT_ID}'")
    assert moved["pipeline_id"] == DEFAULT_ID
    assert [(each["id"], each["version"]) for each in found["value"]] == [(card["id"], 2)]


async def test_an_opportunity_goes_through_the_pipeline_that_was_chosen(sales: Running, renewals: str) -> None:
    deal = await made(sales, "opportunities", {"name": "Renewal", "pipeline_id": renewals})
    path = f"/api/v1/opportunities/{deal['id']}"
    assert (deal["stage"], deal["probability"], deal["forecast_category"]) == ("asked", 40, "pipeline")

    status, problem = await sales.post(f"{path}/move", {"stage": "promised"})
    assert (status, [(each["pointer"], each["code"]) for each in problem["errors"]]) == (
        422,
        [("/close_date", "required_by_stage")],
    )

    await sales.patch(path, {"close_date": "2099-12-31"})
    _, moved = await sales.post(f"{path}/move", {"stage": "promised"})
    assert (moved["probability"], moved["forecast_category"], len(moved["stage_history"])) == (90, "committed", 2)
    assert (await sales.patch(path, {"close_date": None}))[0] == 422

    status, problem = await sales.post(f"{path}/move", {"stage": "asked", "pipeline_id": "nowhere"})
    assert (status, problem["errors"][0]["pointer"]) == (422, "/pipeline_id")
    _, back = await sales.post(f"{path}/move", {"stage": "qualification", "pipeline_id": DEFAULT_ID})
    assert (back["pipeline_id"], back["probability"]) == (DEFAULT_ID, 10)


async def test_a_stage_with_open_opportunities_stays(sales: Running, renewals: str) -> None:
    for name in ("One", "Two", "Lost"):
        deal = await made(sales, "opportunities", {"name": name, "pipeline_id": renewals, "stage": "shown"})
    await sales.post(f"/api/v1/opportunities/{deal['id']}/lose")

    status, problem = await sales.patch(f"/api/v1/pipelines/{renewals}", {"stages": [STAGES[0], STAGES[2]]})
    assert (status, problem["code"], problem["opportunities"]) == (409, "stage_in_use", {"shown": 2})

    status, changed = await sales.patch(f"/api/v1/pipelines/{renewals}", {"stages": STAGES[1::-1]})
    assert (status, [stage["name"] for stage in changed["stages"]]) == (200, ["shown", "asked"])


async def test_a_pipeline_at_rest_takes_nothing_in(sales: Running, renewals: str) -> None:
    await sales.post(f"/api/v1/pipelines/{renewals}/deactivate")

    status, problem = await sales.post("/api/v1/opportunities", {"name": "Late", "pipeline_id": renewals})
    assert (status, problem["errors"][0]["code"]) == (422, "pipeline_inactive")
    status, problem = await sales.post(f"/api/v1/pipelines/{DEFAULT_ID}/deactivate")
    assert (status, problem["code"]) == (409, "pipeline_needed")


async def test_a_lead_is_qualified_into_a_pipeline_and_a_currency(sales: Running, renewals: str) -> None:
    lead = await made(sales, "leads", ANN)
    asked = {"pipeline_id": renewals, "currency": "EUR", "estimated_value": 460, "create_customer": True}

    status, answer = await sales.post(f"/api/v1/leads/{lead['id']}/qualify", asked)

    deal = answer["opportunity"]
    assert (status, deal["pipeline_id"], deal["stage"]) == (200, renewals, "asked")
    assert (deal["currency"], deal["estimated_value"], deal["customer"]["name"]) == ("EUR", 460, "Acme")


async def test_only_sales_managers_and_administrators_keep_pipelines(sales: Running) -> None:
    body = {"name": "Renewals", "stages": STAGES}

    statuses = [
        (await sales.post("/api/v1/pipelines", body, roles=(role,)))[0]
        for role in ("salesperson", "sales_manager", "administrator")
    ]

    assert statuses == [403, 201, 201]
