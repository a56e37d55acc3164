"""Orders over HTTP, from a quote, an opportunity or nobody's word but the customer's."""

from typing import Any

import pytest

from tests.services.sales.test_routes import made
from tests.support.services import Running

HOURS = {"description": "Advice", "quantity": 4, "unit_price": 120}
DESKS = {"description": "Desks", "quantity": 2, "unit_price": 249.9}


@pytest.fixture
async def customer(sales: Running) -> dict[str, Any]:
    account = await made(sales, "accounts", {"name": "Acme"})
    return {"collection": "accounts", "id": account["id"]}


async def ordered(sales: Running, customer: dict[str, Any], **fields: Any) -> str:
    """The path of an order of the customer."""
    order = await made(sales, "orders", {"name": "Desks", "customer": customer, "lines": [HOURS, DESKS], **fields})
    return f"/api/v1/orders/{order['id']}"


async def test_an_order_is_priced_numbered_and_itemised(sales: Running, customer: dict[str, Any]) -> None:
    _, order = await sales.get(await ordered(sales, customer, discount={"percent": 10}))
    _, next_ = await sales.get(await ordered(sales, customer))

    assert (order["state"], order["status_reason"], order["customer"]["name"]) == ("active", "new", "Acme")
    assert (order["total_amount"], next_["total_amount"]) == (881.82, 979.8)
    assert [(line["id"], line["quantity_fulfilled"], line["quantity_invoiced"]) for line in order["lines"]] == [
        ("1", 0, 0),
        ("2", 0, 0),
    ]
    assert order["number"][:2] == "O-"
    assert order["number"] < next_["number"]


async def test_an_order_takes_over_what_its_opportunity_asks(sales: Running, customer: dict[str, Any]) -> None:
    opportunity = await made(sales, "opportunities", {"name": "Advice", "customer": customer, "lines": [HOURS]})

    order = await made(sales, "orders", {"name": "Advice", "opportunity_id": opportunity["id"]})

    assert (order["customer"]["name"], order["total_amount"]) == ("Acme", 480)
    assert [line["id"] for line in order["lines"]] == ["1"]
    _, page = await sales.get(f"/api/v1/orders?$filter=opportunity_id eq '{opportunity['id']}'")
    assert [each["id"] for each in page["value"]] == [order["id"]]


async def test_lines_that_are_sent_back_as_they_were_read_keep_their_ids(
    sales: Running, customer: dict[str, Any]
) -> None:
    path = await ordered(sales, customer)
    _, order = await sales.get(path)

    status, changed = await sales.patch(path, {"lines": [{**HOURS, "quantity": 1}, *order["lines"][1:]]})

    assert (status, changed["total_amount"]) == (200, 619.8)
    assert [line["id"] for line in changed["lines"]] == ["1", "2"]


async def test_an_order_is_delivered_in_parts(sales: Running, customer: dict[str, Any]) -> None:
    path = await ordered(sales, customer)
    await sales.post(f"{path}/submit")

    _, partly = await sales.post(f"{path}/fulfil", {"lines": [{"line_id": "1", "quantity": 1.5}]})
    too_much = await sales.post(f"{path}/fulfil", {"lines": [{"line_id": "1", "quantity": 3}]})
    canceled = await sales.post(f"{path}/cancel")
    _, rest = await sales.post(f"{path}/fulfil")

    assert (partly["state"], partly["status_reason"]) == ("submitted", "partial")
    assert [line["quantity_fulfilled"] for line in partly["lines"]] == [1.5, 0]
    assert too_much[0] == 422
    assert too_much[1]["errors"][0]["pointer"] == "/lines/0/quantity"
    assert too_much[1]["errors"][0]["code"] == "more_than_ordered"
    assert (canceled[0], canceled[1]["open_actions"]) == (409, ["fulfil", "invoice"])
    assert (rest["state"], rest["status_reason"]) == ("fulfilled", "complete")
    assert [line["quantity_fulfilled"] for line in rest["lines"]] == [4, 2]
    assert (rest["total_amount"], rest["priced"]) == (partly["total_amount"], partly["priced"])


async def test_a_submitted_order_is_locked_but_for_notes(sales: Running, customer: dict[str, Any]) -> None:
    path = await ordered(sales, customer)
    await sales.post(f"{path}/submit")

    for change in ({"lines": [HOURS]}, {"customer": None}, {"discount": {"percent": 5}}, {"name": "Chairs"}):
        status, problem = await sales.patch(path, change)
        assert (status, problem["code"], problem["open_actions"]) == (409, "order_locked", ["fulfil", "cancel"])

    await sales.patch(f"/api/v1/accounts/{customer['id']}", {"name": "Acme & Sons"})
    status, noted = await sales.patch(path, {"tags": ["urgent"]})
    assert (status, noted["tags"]) == (200, ["urgent"])


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"customer": None}, "/customer", "missing"),
        ({"lines": [{**HOURS, "discount": 481}]}, "/lines/0/discount", "discount_exceeds_amount"),
        ({"lines": [{**HOURS, "quantity_fulfilled": 1}]}, "/lines/0/quantity_fulfilled", "not_settable"),
        ({"lines": [{**HOURS, "id": "a"}, {**DESKS, "id": "a"}]}, "/lines/1/id", "not_unique"),
        ({"quote_id": "quote-1"}, "/quote_id", "extra_forbidden"),
        ({"opportunity_id": "nowhere"}, "/opportunity_id", "unknown_reference"),
    ],
)
async def test_bad_input_names_its_field(
    sales: Running, customer: dict[str, Any], fields: dict[str, Any], pointer: str, code: str
) -> None:
    status, problem = await sales.post("/api/v1/orders", {"name": "Desks", "customer": customer, **fields})

    assert status == 422, problem
    assert (problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (pointer, code)
