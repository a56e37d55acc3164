"""Sales over HTTP: what a client sees of leads, opportunities, accounts and contacts."""

from typing import Any

import pytest

from tests.services.sales.copies import response
from tests.support.publishing import publish
from tests.support.services import Running
from tests.support.waiting import eventually

ANN = {
    "topic": "Credit card",
    "first_name": "Ann",
    "last_name": "Lee",
    "email": "Ann@Example.org",
    "company_name": "Acme",
    "estimated_value": 500.5,
    "currency": "USD",
    "birth_date": "1990-05-01",
    "consent": {"email": True},
}


async def made(sales: Running, collection: str, body: dict[str, Any]) -> dict[str, Any]:
    status, record = await sales.post(f"/api/v1/{collection}", body)
    assert status == 201, record
    assert isinstance(record, dict)
    return record


async def test_a_lead_goes_its_way_to_a_customer(sales: Running) -> None:
    lead = await made(sales, "leads", ANN)
    assert (lead["full_name"], lead["email"], lead["state"], lead["status_reason"]) == (
        "Ann Lee",
        "ann@example.org",
        "open",
        "new",
    )

    status, answer = await sales.post(f"/api/v1/leads/{lead['id']}/qualify", {"close_date": "2027-01-31"})
    assert status == 200
    opportunity = answer["opportunity"]
    assert (answer["lead"]["state"], answer["lead"]["opportunity_id"]) == ("qualified", opportunity["id"])
    assert (opportunity["name"], opportunity["estimated_value"], opportunity["currency"]) == (
        "Credit card",
        500.5,
        "USD",
    )
    assert (opportunity["probability"], opportunity["close_date"]) == (10, "2027-01-31")

    status, won = await sales.post(f"/api/v1/opportunities/{opportunity['id']}/win", {"actual_value": 650})
    assert (status, won["state"], won["actual_value"]) == (200, "won", 650)

    async def customer() -> Any:
        return (await sales.get(f"/api/v1/opportunities/{opportunity['id']}"))[1]["customer"]

    reference = await eventually(customer)
    _, account = await sales.get(f"/api/v1/accounts/{reference['id']}")
    _, contact = await sales.get(f"/api/v1/contacts/{account['primary_contact_id']}")
    assert (reference["collection"], reference["name"], account["relationship"]) == ("accounts", "Acme", "customer")
    assert (contact["full_name"], contact["birth_date"], contact["consent"]["email"]) == ("Ann Lee", "1990-05-01", True)


async def test_moves_that_are_not_open_are_refused_with_those_that_are(sales: Running) -> None:
    lead = await made(sales, "leads", ANN)
    path = f"/api/v1/leads/{lead['id']}"
    _, answer = await sales.post(f"{path}/qualify")

    for action in ("qualify", "disqualify", "reactivate"):
        status, problem = await sales.post(f"{path}/{action}")
        assert (status, problem["code"], problem["state"]) == (409, "move_not_allowed", "qualified")
        assert problem["open_actions"] == []

    opportunity = f"/api/v1/opportunities/{answer['opportunity']['id']}"
    assert (await sales.post(f"{opportunity}/lose", {"reason": "out_sold", "competitor": "Globex"}))[0] == 200
    status, problem = await sales.post(f"{opportunity}/win")
    assert (status, problem["state"], problem["open_actions"]) == (409, "lost", ["reopen"])


@pytest.mark.parametrize(
    ("collection", "body", "pointer"),
    [
        ("leads", {}, "/topic"),
        ("leads", {"topic": "Card", "full_name": "Ann"}, "/full_name"),
        ("leads", {"topic": "Card", "rating": "boiling"}, "/rating"),
        ("leads", {"topic": "Card", "estimated_value": 1.005}, "/estimated_value"),
        ("opportunities", {"name": "Card", "forecast_category": "won"}, "/forecast_category"),
        ("opportunities", {"name": "Card", "probability": 101}, "/probability"),
        ("opportunities", {"name": "Card", "customer": {"collection": "leads", "id": "x"}}, "/customer"),
        ("accounts", {"name": "Acme", "parent_account_id": "nowhere"}, "/parent_account_id"),
        ("contacts", {"job_title": "Director"}, "/last_name"),
        ("contacts", {"last_name": "Lee", "account_id": "nowhere"}, "/account_id"),
    ],
)
async def test_bad_input_names_its_field(sales: Running, collection: str, body: dict[str, Any], pointer: str) -> None:
    status, problem = await sales.post(f"/api/v1/{collection}", body)

    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.parametrize(
    ("action", "body", "pointer"),
    [("win", {"actual_value": 1.005}, "/actual_value"), ("move", {"stage": "won"}, "/stage"), ("move", {}, "/stage")],
)
async def test_bad_input_of_an_action_names_its_field(
    sales: Running, action: str, body: dict[str, Any], pointer: str
) -> None:
    opportunity = await made(sales, "opportunities", {"name": "Card"})

    status, problem = await sales.post(f"/api/v1/opportunities/{opportunity['id']}/{action}", body)

    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)


async def test_an_opportunity_of_a_lead_keeps_who_it_is(sales: Running) -> None:
    lead = await made(sales, "leads", ANN)

    opportunity = await made(sales, "opportunities", {"name": "Card", "lead_id": lead["id"], "stage": "proposal"})

    assert opportunity["prospect"]["email"] == "ann@example.org"
    assert (opportunity["probability"], opportunity["stage_history"][0]["entered_by"]) == (50, "user-1")
    status, problem = await sales.post(f"/api/v1/leads/{lead['id']}/disqualify", {"reason": "lost"})
    assert (status, problem["code"], problem["opportunity_id"]) == (409, "lead_has_opportunity", opportunity["id"])


async def test_a_changed_name_and_mail_change_what_follows_from_them(sales: Running) -> None:
    lead = await made(sales, "leads", ANN)

    _, changed = await sales.patch(f"/api/v1/leads/{lead['id']}", {"last_name": "Smith", "email": None})

    assert (changed["full_name"], changed["person_key"]) == ("Ann Smith", "name:ann smith|acme")


async def test_accounts_and_contacts_are_put_to_rest_and_woken(sales: Running) -> None:
    for collection, body in (("accounts", {"name": "Acme"}), ("contacts", {"last_name": "Lee"})):
        record = await made(sales, collection, body)
        path = f"/api/v1/{collection}/{record['id']}"
        assert (await sales.post(f"{path}/deactivate"))[1]["state"] == "inactive"
        assert (await sales.post(f"{path}/deactivate"))[0] == 409
        assert (await sales.post(f"{path}/activate"))[1]["state"] == "active"


async def test_lists_filter_by_what_the_model_declares(sales: Running) -> None:
    await made(sales, "leads", ANN)
    await made(sales, "leads", {"topic": "Loan", "rating": "hot"})

    for query, topics in (
        ("$filter=email eq 'ANN@example.org'", ["Credit card"]),
        ("$filter=state eq 'open' and rating eq 'hot'", ["Loan"]),
        ("$filter=estimated_value ge 500", ["Credit card"]),
        ("$search=acme", ["Credit card"]),
    ):
        status, page = await sales.get(f"/api/v1/leads?{query}")
        assert status == 200, page
        assert [lead["topic"] for lead in page["value"]] == topics


async def test_a_response_that_comes_over_the_bus_is_taken_in(sales: Running, amqp_url: str) -> None:
    event = response({"email": "ann@example.org"})

    await publish(amqp_url, event)

    async def lead() -> Any:
        return (await sales.get("/api/v1/leads?$filter=source_campaign_id eq 'campaign-1'"))[1]["value"]

    [taken_in] = await eventually(lead)
    assert taken_in["response_ids"] == [event.record_id]
