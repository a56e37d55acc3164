"""Goals by what is invoiced and paid, to the cent, and found by indexes."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from libs.store.store import Store
from libs.web.executing import STORE
from services.sales.goals import store as goals
from services.sales.goals.model import Goal, Metric
from tests.libs.web.test_plans import profiled
from tests.services.sales.goals.test_routes import goal, people, progress
from tests.services.sales.test_routes import made
from tests.support.services import Running

__all__ = ["people"]

JANUARY = {"starts_on": "2026-01-01", "ends_on": "2026-01-31"}
FEBRUARY = {"starts_on": "2026-02-01", "ends_on": "2026-02-28"}
MID_JANUARY, MID_FEBRUARY = datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 2, 15, tzinfo=UTC)


@pytest.fixture
async def tax(sales: Running) -> None:
    await made(sales, "tax_codes", {"code": "vat", "rates": [{"valid_from": "2020-01-01", "percent": 19}]})


async def invoiced(sales: Running, net: float, *, on: datetime = MID_JANUARY, owner: str = "ana", **fields: Any) -> str:
    """The path of an invoice that was issued then, over so much and 19 % of tax."""
    customer = {"collection": "accounts", "id": (await made(sales, "accounts", {"name": "Acme"}))["id"]}
    line = {"description": "Work", "quantity": 1, "unit_price": net, "tax_code": "vat"}
    invoice = await made(sales, "invoices", {"name": "Work", "customer": customer, "lines": [line], **fields})
    path = f"/api/v1/invoices/{invoice['id']}"
    assert (await sales.post(f"{path}/issue"))[0] == 200
    await change(sales, "invoices", invoice["id"], issued_at=on, owner_id=owner)
    return path


async def change(sales: Running, collection: str, id_: str, **fields: Any) -> None:
    await sales.app[STORE].collection(collection).update_one({"_id": id_}, {"$set": fields})


async def reached(sales: Running, metric: str, **fields: Any) -> Any:
    return (await progress(sales, await goal(sales, metric=metric, **fields)))["actual"]


async def test_invoices_count_before_tax_less_what_credit_notes_take_back(sales: Running, tax: None) -> None:
    await invoiced(sales, 100)
    await invoiced(sales, 0.01, on=MID_FEBRUARY, owner="eva")
    _, canceled = await sales.post(f"{await invoiced(sales, 30)}/cancel")
    await change(sales, "credit_notes", canceled["credit_note"]["id"], issued_at=MID_FEBRUARY)
    customer = canceled["invoice"]["customer"]
    await made(sales, "invoices", {"name": "Draft", "customer": customer, "lines": canceled["invoice"]["lines"]})

    months = [await reached(sales, "invoiced_value", **month) for month in (JANUARY, FEBRUARY)]

    assert months == [130, -29.99]
    assert await reached(sales, "invoiced_value") == 100.01
    assert await reached(sales, "invoiced_value", user_id="ana") == 100
    assert await reached(sales, "won_value") == 0


async def test_payments_count_on_their_day_for_what_they_pay_before_tax(sales: Running, tax: None) -> None:
    path = await invoiced(sales, 100)
    for amount, day in ((59.5, "2026-01-31"), (39.67, "2026-02-01"), (19.83, "2026-03-01")):
        status, _ = await sales.post(f"{path}/record_payment", {"amount": amount, "paid_on": day})
        assert status == 200
    await invoiced(sales, 7)

    months = [await reached(sales, "paid_value", **month) for month in (JANUARY, FEBRUARY)]

    assert months == [50, 33.34]
    assert await reached(sales, "paid_value", user_id="ana") == 100
    assert await reached(sales, "paid_value", user_id="eva") == 0


async def test_what_did_not_last_or_was_given_back_is_not_paid(sales: Running, tax: None) -> None:
    path = await invoiced(sales, 100)
    for amount in (59.5, 11.9):
        _, invoice = await sales.post(f"{path}/record_payment", {"amount": amount, "paid_on": "2026-01-31"})
    await sales.post(f"{path}/reverse_payment", {"payment_id": invoice["payments"][1]["id"]})
    await sales.post(f"{path}/cancel")
    status, _ = await sales.post(f"{path}/record_refund", {"amount": 23.8, "refunded_on": "2026-02-01"})
    assert status == 200

    months = [await reached(sales, "paid_value", **month) for month in (JANUARY, FEBRUARY)]

    assert months == [50, -20]
    assert (await reached(sales, "paid_value"), await reached(sales, "invoiced_value")) == (30, 0)


async def test_what_is_in_other_currencies_counts_by_the_rate_of_its_day(sales: Running, tax: None) -> None:
    rates = [{"valid_from": "2026-01-01", "rate": 2}, {"valid_from": "2026-02-01", "rate": 4}]
    await made(sales, "currencies", {"code": "EUR", "rates": [{"valid_from": "2026-01-01", "rate": 1}]})
    await made(sales, "currencies", {"code": "USD", "rates": rates})
    path = await invoiced(sales, 100, currency="USD")
    await sales.post(f"{path}/record_payment", {"amount": 119, "paid_on": "2026-02-01"})
    await invoiced(sales, 5, currency="SEK")

    by_issue, by_payment = [await goal(sales, metric=metric) for metric in ("invoiced_value", "paid_value")]

    answer = await progress(sales, by_issue)
    assert (answer["actual"], answer["unconverted"]) == (50, [{"currency": "SEK", "amount": 5}])
    assert (await progress(sales, by_payment))["actual"] == 25


@pytest.mark.parametrize("metric", Metric)
@pytest.mark.parametrize("owners", [None, frozenset({"ana"})], ids=["all", "ana"])
async def test_what_counts_is_found_in_indexes(store: Store, metric: Metric, owners: frozenset[str] | None) -> None:
    days = [datetime(2020 + number // 60, 1 + number // 5 % 12, 1, tzinfo=UTC) for number in range(300)]
    rows = [
        {
            "owner_id": ("ana", "eva")[number % 2],
            "state": "won",
            "currency": "EUR",
            "closed_at": day,
            "issued_at": day,
            "payments": [{"paid_on": f"{day:%Y-%m-%d}", "amount": Decimal(119)}],
            **dict.fromkeys(("actual_value", "net_amount"), Decimal(100)),
            "total_amount": Decimal(119),
        }
        for number, day in enumerate(days)
    ]
    for collection in ("opportunities", "invoices", "credit_notes"):
        numbered = [{"_id": f"r-{number}", "number": f"n-{number}", **row} for number, row in enumerate(rows)]
        await store.collection(collection).insert_many(numbered)
    asked = "invoices" if metric in {Metric.INVOICED_VALUE, Metric.PAID_VALUE} else "opportunities"
    await profiled(store, asked)
    january = Goal(
        id="g", name="G", metric=metric, target=Decimal(1), starts_on=date(2024, 1, 1), ends_on=date(2024, 1, 31)
    )

    found = (await goals.sums(store, [(january, owners)]))["g"]

    plans = await profiled(store, asked)
    await store.database.command("profile", 0)
    await store.collection("system.profile").drop()
    sales = 5 if owners is None else len([row for row in rows[240:245] if row["owner_id"] == "ana"])
    worth = {Metric.WON_COUNT: sales, Metric.INVOICED_VALUE: 0}.get(metric, 100 * sales)
    assert [each.value for each in found] == [worth]
    assert plans
    assert not [plan["planSummary"] for plan in plans if "COLLSCAN" in plan["planSummary"]]
    assert sum(plan["docsExamined"] for plan in plans) <= 40
