"""Payments that do not last, and refunds, over HTTP."""

import asyncio
from typing import Any

import pytest

from tests.services.sales.invoices.test_routes import issued
from tests.services.sales.test_routes import made
from tests.support.services import Running


@pytest.fixture
async def paid(sales: Running) -> str:
    """The path of an invoice of which all 480 were paid, in two parts."""
    account = await made(sales, "accounts", {"name": "Acme"})
    path = await issued(sales, {"collection": "accounts", "id": account["id"]})
    for amount in (300, 180):
        assert (await sales.post(f"{path}/record_payment", {"amount": amount}))[0] == 200
    return path


async def payment_of(sales: Running, path: str, place: int) -> dict[str, Any]:
    payment: dict[str, Any] = (await sales.get(path))[1]["payments"][place]
    return payment


async def test_a_payment_that_did_not_last_opens_the_invoice_again(sales: Running, paid: str) -> None:
    bounced = await payment_of(sales, paid, 1)

    status, invoice = await sales.post(
        f"{paid}/reverse_payment", {"payment_id": bounced["id"], "reason": "Called back"}
    )

    assert (status, invoice["state"], invoice["paid_at"]) == (200, "issued", None)
    assert (invoice["paid_amount"], invoice["balance_amount"]) == (300, 180)
    reversal = invoice["payments"][1].pop("reversal")
    assert (reversal["reason"], reversal["recorded_by"]) == ("Called back", "user-1")
    assert invoice["payments"][1] == {name: bounced[name] for name in bounced if name != "reversal"}
    assert (await sales.post(f"{paid}/record_payment", {"amount": 180}))[1]["state"] == "paid"


async def test_a_payment_is_reversed_once_also_at_once(sales: Running, paid: str) -> None:
    body = {"payment_id": (await payment_of(sales, paid, 0))["id"]}

    answers = await asyncio.gather(*(sales.post(f"{paid}/reverse_payment", body) for _ in range(4)))

    assert sorted(status for status, _ in answers) == [200, 422, 422, 422]
    problems = [answer["errors"][0] for status, answer in answers if status == 422]
    assert {(each["pointer"], each["code"]) for each in problems} == {("/payment_id", "reversed_before")}
    assert (await sales.get(paid))[1]["balance_amount"] == 300


async def test_refunds_at_once_never_exceed_what_was_paid(sales: Running, paid: str) -> None:
    early = await sales.post(f"{paid}/record_refund", {"amount": 1})
    await sales.post(f"{paid}/cancel", {})

    refund = {"amount": 150, "refunded_on": "2026-11-20", "method": "card", "reference": "statement 9"}
    answers = await asyncio.gather(*(sales.post(f"{paid}/record_refund", refund) for _ in range(5)))
    reversal = {"payment_id": (await payment_of(sales, paid, 0))["id"]}

    assert (early[0], early[1]["code"]) == (409, "move_not_allowed")
    assert sorted(status for status, _ in answers) == [200, 200, 200, 422, 422]
    _, invoice = await sales.get(paid)
    assert (invoice["refunded_amount"], invoice["balance_amount"], len(invoice["refunds"])) == (450, -30, 3)
    assert {name: invoice["refunds"][0][name] for name in refund} == refund
    assert (await sales.post(f"{paid}/reverse_payment", reversal))[1]["code"] == "payment_refunded"


@pytest.mark.parametrize(
    ("action", "body", "pointer"),
    [
        ("reverse_payment", {}, "/payment_id"),
        ("reverse_payment", {"payment_id": "nowhere"}, "/payment_id"),
        ("record_refund", {"amount": 0}, "/amount"),
        ("record_refund", {"amount": 1.005}, "/amount"),
        ("record_refund", {"amount": 481}, "/amount"),
        ("record_refund", {"amount": 1, "method": "shells"}, "/method"),
    ],
)
async def test_bad_input_names_its_field(
    sales: Running, paid: str, action: str, body: dict[str, Any], pointer: str
) -> None:
    await sales.post(f"{paid}/cancel", {})

    status, problem = await sales.post(f"{paid}/{action}", body)

    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)
