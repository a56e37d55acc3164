"""Invoices over HTTP, from a draft to the last payment, or to the credit note."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from libs.jobs.timers import TIMERS
from libs.store.clock import utc_now
from libs.web.executing import STORE
from tests.services.sales.quotes.test_routes import printed
from tests.services.sales.test_routes import made
from tests.support.services import Running
from tests.support.waiting import eventually

HOURS = {"description": "Advice", "quantity": 4, "unit_price": 120}
SALESPERSON = ("salesperson",)


@pytest.fixture
async def customer(sales: Running) -> dict[str, Any]:
    account = await made(sales, "accounts", {"name": "Acme"})
    return {"collection": "accounts", "id": account["id"]}


async def drafted(sales: Running, customer: dict[str, Any], **fields: Any) -> str:
    """The path of a draft."""
    invoice = await made(sales, "invoices", {"name": "Advice", "customer": customer, "lines": [HOURS], **fields})
    return f"/api/v1/invoices/{invoice['id']}"


async def issued(sales: Running, customer: dict[str, Any], **fields: Any) -> str:
    path = await drafted(sales, customer, **fields)
    status, answer = await sales.post(f"{path}/issue")
    assert status == 200, answer
    return path


async def test_an_invoice_is_paid_in_parts(sales: Running, customer: dict[str, Any]) -> None:
    path = await issued(sales, customer)
    payment = {"amount": 200, "paid_on": "2026-11-20", "method": "card", "reference": "slip 7"}

    _, part = await sales.post(f"{path}/record_payment", payment)
    status, problem = await sales.post(f"{path}/record_payment", {"amount": 280.01})
    _, paid = await sales.post(f"{path}/record_payment", {"amount": 280})

    assert (part["state"], part["paid_amount"], part["balance_amount"]) == ("issued", 200, 280)
    assert {name: part["payments"][0][name] for name in payment} == payment
    assert (status, problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (
        422,
        "/amount",
        "exceeds_balance",
    )
    assert (paid["state"], paid["balance_amount"], paid["payments"][1]["recorded_by"]) == ("paid", 0, "user-1")
    assert paid["payments"][1]["paid_on"] == utc_now().date().isoformat()


async def test_a_payment_under_one_key_counts_once(sales: Running, customer: dict[str, Any]) -> None:
    path = await issued(sales, customer)
    key = {"Idempotency-Key": f"payment of {path}"}

    answers = await asyncio.gather(
        *(sales.post(f"{path}/record_payment", {"amount": 100}, headers=key) for _ in range(5))
    )

    assert [answer for answer in answers if answer != answers[0]] == []
    assert (answers[0][0], (await sales.get(path))[1]["paid_amount"]) == (200, 100)


async def test_payments_at_once_never_exceed_what_is_owed(sales: Running, customer: dict[str, Any]) -> None:
    path = await issued(sales, customer)

    answers = await asyncio.gather(*(sales.post(f"{path}/record_payment", {"amount": 150}) for _ in range(6)))

    assert sorted(status for status, _ in answers) == [200, 200, 200, 422, 422, 422]
    _, invoice = await sales.get(path)
    assert (invoice["paid_amount"], invoice["balance_amount"], len(invoice["payments"])) == (450, 30, 3)


async def test_a_draft_is_edited_and_removed_and_an_issued_invoice_is_neither(
    sales: Running, customer: dict[str, Any]
) -> None:
    path = await drafted(sales, customer)
    _, edited = await sales.patch(path, {"discount": {"percent": 10}})
    assert (edited["total_amount"], edited["number"], edited["balance_amount"]) == (432, None, None)
    assert (await sales.delete(path))[0] == 204
    await sales.post(f"{path}/restore")
    await sales.post(f"{path}/issue")

    changed = await sales.patch(path, {"discount": {"percent": 20}})
    removed = await sales.delete(path)

    for status, problem in (changed, removed):
        assert (status, problem["code"], problem["open_actions"]) == (
            409,
            "invoice_locked",
            ["record_payment", "reverse_payment", "cancel"],
        )
    assert (await sales.patch(path, {"tags": ["late"]}))[1]["tags"] == ["late"]


async def test_a_canceled_invoice_is_taken_back_by_a_credit_note_that_stays(
    sales: Running, customer: dict[str, Any]
) -> None:
    path = await issued(sales, customer)
    await sales.post(f"{path}/record_payment", {"amount": 100})

    status, answer = await sales.post(f"{path}/cancel", {"reason": "Sent back"})

    invoice, note = answer["invoice"], answer["credit_note"]
    assert (status, invoice["state"], invoice["balance_amount"]) == (200, "canceled", -100)
    assert (invoice["credit_note_id"], note["invoice_id"]) == (note["id"], invoice["id"])
    assert (note["number"][:3], note["total_amount"], note["priced"]) == ("CN-", 480, invoice["priced"])
    note_path = f"/api/v1/credit_notes/{note['id']}"
    assert (await sales.get(note_path))[1]["invoice_number"] == invoice["number"]
    assert (await sales.patch(note_path, {"total_amount": 1}))[0] == 422
    assert (await sales.patch(note_path, {"tags": ["returned"]}))[0] == 200
    assert (await sales.delete(note_path))[0] == 405


async def test_an_invoice_and_its_credit_note_are_printed_under_their_numbers(
    sales: Running, customer: dict[str, Any]
) -> None:
    path = await issued(sales, customer)
    _, canceled = await sales.post(f"{path}/cancel", {})
    _, unsent = await sales.get(f"{path}/pdf")
    await made(sales, "company_profiles", {"name": "Dawn Interiors"})

    assert (unsent["status"], unsent["code"]) == (409, "company_profile_missing")
    for collection, record in (("invoices", canceled["invoice"]), ("credit_notes", canceled["credit_note"])):
        status, headers, pdf = await printed(sales, f"/api/v1/{collection}/{record['id']}")
        assert (status, pdf[:5]) == (200, b"%PDF-")
        assert headers["Content-Disposition"] == f'inline; filename="{record["number"]}.pdf"'


async def test_a_salesperson_drafts_and_does_not_issue(sales: Running, customer: dict[str, Any]) -> None:
    path = await drafted(sales, customer)
    assert (await sales.patch(path, {"name": "Consulting"}, roles=SALESPERSON))[0] == 200
    for action, body in (
        ("issue", None),
        ("record_payment", {"amount": 1}),
        ("reverse_payment", {"payment_id": "1"}),
        ("record_refund", {"amount": 1}),
        ("cancel", {}),
    ):
        assert (await sales.post(f"{path}/{action}", body, roles=SALESPERSON))[0] == 403

    assert (await sales.post(f"{path}/issue", roles=("sales_manager",)))[0] == 200


async def test_the_clock_makes_overdue_what_is_owed_after_its_day(sales: Running, customer: dict[str, Any]) -> None:
    owed, paid = await issued(sales, customer, payment_days=0), await issued(sales, customer, payment_days=0)
    await sales.post(f"{paid}/record_payment", {"amount": 480})
    timers, past = sales.app[STORE].collection(TIMERS), utc_now() - timedelta(seconds=1)
    due = await timers.distinct("due_at")
    assert {at.date() for at in due} == {utc_now().date() + timedelta(days=1)}

    await timers.update_many({}, {"$set": {"due_at": past, "free_at": past}})

    async def overdue() -> bool:
        return bool((await sales.get(owed))[1]["state"] == "overdue")

    async def fired() -> bool:
        return await timers.count_documents({"kind": "invoice_due"}) == 0

    await eventually(overdue)
    await eventually(fired)
    assert (await sales.get(paid))[1]["state"] == "paid"


async def test_an_invoice_follows_its_customer_into_a_merge(sales: Running, customer: dict[str, Any]) -> None:
    path = await issued(sales, customer)
    survivor = await made(sales, "accounts", {"name": "Acme Ltd"})

    await sales.post(f"/api/v1/accounts/{survivor['id']}/merge", {"duplicates": [customer["id"]]})

    async def moved() -> bool:
        return bool((await sales.get(path))[1]["customer"]["id"] == survivor["id"])

    await eventually(moved)


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"lines": [{**HOURS, "discount": 481}]}, "/lines/0/discount", "discount_exceeds_amount"),
        ({"customer": None}, "/customer", "model_type"),
        ({"customer": {"collection": "accounts", "id": "nowhere"}}, "/customer", "unknown_reference"),
        ({"payment_days": -1}, "/payment_days", "greater_than_equal"),
        ({"number": "INV-1"}, "/number", "extra_forbidden"),
        ({"paid_amount": 480}, "/paid_amount", "extra_forbidden"),
    ],
)
async def test_bad_input_names_its_field(
    sales: Running, customer: dict[str, Any], fields: dict[str, Any], pointer: str, code: str
) -> None:
    body = {"name": "Advice", "customer": customer, "lines": [HOURS], **fields}

    status, problem = await sales.post("/api/v1/invoices", body)

    assert status == 422, problem
    assert (problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (pointer, code)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/amount"),
        ({"amount": 0}, "/amount"),
        ({"amount": 1.005}, "/amount"),
        ({"amount": 1, "method": "shells"}, "/method"),
        ({"amount": 1, "paid_on": "2026-02-30"}, "/paid_on"),
    ],
)
async def test_a_bad_payment_names_its_field(
    sales: Running, customer: dict[str, Any], body: dict[str, Any], pointer: str
) -> None:
    path = await issued(sales, customer)

    status, problem = await sales.post(f"{path}/record_payment", body)

    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)
