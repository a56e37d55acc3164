"""An invoice bears the taxes of the day on which it was supplied, whenever it is drafted or issued."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from libs.store.store import Store
from services.sales.documents.model import figured, request_of
from services.sales.invoices import commands
from services.sales.invoices.model import Invoice, TaxRateChanged
from services.sales.pricing.model.engine import calculate
from services.sales.pricing.model.offering import Catalogue
from services.sales.tax_codes.model import TaxCode
from tests.services.sales.copies import add, do
from tests.services.sales.test_routes import made
from tests.support.services import Running

BEFORE = "2020-12-31"
RATES = [{"valid_from": "2020-07-01", "percent": 16}, {"valid_from": "2021-01-01", "percent": 19}]
DESKS = {"description": "Desk", "quantity": 3, "unit_price": 249.90, "tax_code": "standard"}


async def customer(sales: Running) -> dict[str, Any]:
    """Somebody to sell to, where the tax rose from 16 to 19 % with 2021."""
    await made(sales, "tax_codes", {"code": "standard", "rates": RATES})
    account = await made(sales, "accounts", {"name": "Acme"})
    return {"collection": "accounts", "id": account["id"]}


def taxes(invoice: dict[str, Any]) -> list[tuple[float, float, float]]:
    return [(each["percent"], each["net"], each["tax"]) for each in invoice["priced"]["taxes"]]


async def test_parts_of_an_order_bear_the_tax_of_their_own_days(sales: Running) -> None:
    order = await made(sales, "orders", {"name": "Desks", "customer": await customer(sales), "lines": [DESKS]})
    path = f"/api/v1/orders/{order['id']}"
    await sales.post(f"{path}/submit")
    _, fulfilled = await sales.post(f"{path}/fulfil")

    _, first = await sales.post(f"{path}/invoice", {"lines": [{"line_id": "1", "quantity": 1}], "supplied_on": BEFORE})
    _, second = await sales.post(f"{path}/invoice")

    assert taxes(first) == [(16, 249.90, 39.98)]
    assert [line["tax_percent"] for line in first["priced"]["lines"]] == [16]
    assert taxes(second) == [(19, 499.80, 94.96)]
    assert first["net_amount"] + second["net_amount"] == pytest.approx(order["net_amount"])
    assert (first["supplied_on"], second["supplied_on"]) == (BEFORE, fulfilled["delivered_at"][:10])
    status, problem = await sales.patch(f"/api/v1/invoices/{second['id']}", {"supplied_on": BEFORE})
    assert (status, problem["code"]) == (409, "invoice_of_order")


async def test_a_draft_is_priced_for_the_day_of_its_supply(sales: Running) -> None:
    draft = await made(sales, "invoices", {"name": "Desks", "customer": await customer(sales), "lines": [DESKS]})
    path = f"/api/v1/invoices/{draft['id']}"

    _, supplied = await sales.patch(path, {"supplied_on": BEFORE})
    _, issued = await sales.post(f"{path}/issue")

    assert (taxes(draft), taxes(supplied)) == ([(19, 749.70, 142.44)], [(16, 749.70, 119.95)])
    assert (issued["supplied_on"], issued["total_amount"]) == (BEFORE, 869.65)


async def test_a_draft_from_before_a_change_of_tax_is_not_issued_as_it_was(store: Store) -> None:
    code = TaxCode.model_validate({"id": "standard", "code": "standard", "rates": RATES})
    asked = {"id": "draft", "name": "Desks", "customer": {"collection": "accounts", "id": "account-1"}}
    draft = Invoice.model_validate({**asked, "lines": [DESKS]})
    known = Catalogue(products={}, price_list=None, tax_codes={"standard": code}, currencies={})
    day = date.fromisoformat(BEFORE)
    old = calculate(request_of(draft, on=day), known, today=day).priced
    await add(store, code, figured(draft, old))

    with pytest.raises(TaxRateChanged) as refused:
        await do(store, commands.issue_invoice, "draft")
    await do(store, commands.reprice_invoice, "draft")
    issued = await do(store, commands.issue_invoice, "draft")

    assert refused.value.extra["tax_codes"] == ["standard"]
    assert issued.issued_at is not None
    assert (issued.tax_amount, issued.number) == (Decimal("142.44"), f"INV-{issued.issued_at.year}-00001")
    assert issued.supplied_on == issued.issued_at.date()
