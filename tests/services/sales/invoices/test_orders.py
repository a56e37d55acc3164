"""Orders become invoices, at once or in parts, which add up to them."""

import asyncio
from typing import Any

import pytest

from tests.services.sales.test_routes import made
from tests.support.services import Running

LINES = [
    {"description": "Desk", "quantity": 3, "unit_price": 249.90},
    {"description": "Advice", "quantity": 4, "unit_price": 120},
]


async def ordered(sales: Running, **delivered: Any) -> str:
    """The path of an order over 1,193.21, of which this was delivered."""
    account = await made(sales, "accounts", {"name": "Acme"})
    customer = {"collection": "accounts", "id": account["id"]}
    terms = {"discount": {"percent": 5}, "freight": {"amount": 25}}
    order = await made(sales, "orders", {"name": "Desks", "customer": customer, "lines": LINES, **terms})
    path = f"/api/v1/orders/{order['id']}"
    await sales.post(f"{path}/submit")
    status, answer = await sales.post(f"{path}/fulfil", delivered or None)
    assert status == 200, answer
    return path


def of(line: str, quantity: float) -> dict[str, Any]:
    return {"lines": [{"line_id": line, "quantity": quantity}]}


async def invoiced(sales: Running, order: str, body: Any = None) -> dict[str, Any]:
    status, invoice = await sales.post(f"{order}/invoice", body)
    assert status == 200, invoice
    assert isinstance(invoice, dict)
    return invoice


async def counted(sales: Running, order: str) -> tuple[str, list[float]]:
    _, record = await sales.get(order)
    return record["state"], [line["quantity_invoiced"] for line in record["lines"]]


async def test_an_order_is_invoiced_at_its_prices(sales: Running) -> None:
    order = await ordered(sales)

    invoice = await invoiced(sales, order)

    _, record = await sales.get(order)
    assert invoice["state"] == "draft"
    assert (invoice["priced"], invoice["total_amount"]) == (record["priced"], 1193.21)
    assert (invoice["customer"], invoice["order_id"]) == (record["customer"], record["id"])
    assert await counted(sales, order) == ("invoiced", [3, 4])
    status, problem = await sales.post(f"{order}/invoice")
    assert (status, problem["code"]) == (409, "move_not_allowed")


async def test_parts_add_up_to_the_order(sales: Running) -> None:
    order = await ordered(sales, **of("1", 2))

    first = await invoiced(sales, order)
    status, problem = await sales.post(f"{order}/invoice")
    await sales.post(f"{order}/fulfil")
    second = await invoiced(sales, order, of("2", 1))
    third = await invoiced(sales, order)

    assert (status, problem["code"]) == (409, "nothing_to_invoice")
    assert [each["quantity"] for each in third["lines"]] == [1, 3]
    # 2 desks are 499.80, less 24.99, with 10.16 of the freight; an hour is 120, less 6, with 2.44
    assert [each["total_amount"] for each in (first, second, third)] == [484.97, 116.44, 591.80]
    assert await counted(sales, order) == ("invoiced", [3, 4])


async def test_what_is_removed_or_canceled_can_be_invoiced_again(sales: Running) -> None:
    order = await ordered(sales)
    first, second = await invoiced(sales, order, of("1", 1)), await invoiced(sales, order)
    path = f"/api/v1/invoices/{first['id']}"

    await sales.delete(path)
    assert await counted(sales, order) == ("fulfilled", [2, 4])
    assert (await sales.post(f"{path}/restore"))[1]["total_amount"] == first["total_amount"]
    assert await counted(sales, order) == ("invoiced", [3, 4])
    await sales.post(f"{path}/issue")
    await sales.post(f"{path}/cancel")
    assert await counted(sales, order) == ("fulfilled", [2, 4])

    again = await invoiced(sales, order)
    assert round(again["total_amount"] + second["total_amount"], 2) == 1193.21


async def test_what_is_invoiced_meanwhile_is_not_restored(sales: Running) -> None:
    order = await ordered(sales)
    removed = await invoiced(sales, order, of("1", 1))
    await sales.delete(f"/api/v1/invoices/{removed['id']}")
    await invoiced(sales, order)

    status, _ = await sales.post(f"/api/v1/invoices/{removed['id']}/restore")

    assert status == 409
    assert await counted(sales, order) == ("invoiced", [3, 4])


async def test_an_order_is_not_removed_as_long_as_it_has_invoices(sales: Running) -> None:
    order = await ordered(sales)
    canceled, draft = await invoiced(sales, order, of("1", 1)), await invoiced(sales, order)
    removed = await sales.delete(f"/api/v1/invoices/{draft['id']}")
    await sales.post(f"/api/v1/invoices/{canceled['id']}/issue")
    await sales.post(f"/api/v1/invoices/{canceled['id']}/cancel")

    status, problem = await sales.delete(order)

    assert removed[0] == 204
    assert (status, problem["code"]) == (409, "order_has_invoices")
    assert (await sales.get(order))[0] == 200


async def test_what_a_removed_order_has_charged_is_not_restored(sales: Running) -> None:
    order = await ordered(sales)
    invoice = f"/api/v1/invoices/{(await invoiced(sales, order))['id']}"
    await sales.delete(invoice)
    assert (await sales.delete(order))[0] == 204

    status, problem = await sales.post(f"{invoice}/restore")

    assert (status, problem["code"]) == (409, "not_restorable")
    await sales.post(f"{order}/restore")
    assert (await sales.post(f"{invoice}/restore"))[0] == 200
    assert await counted(sales, order) == ("invoiced", [3, 4])


async def test_what_was_agreed_is_charged_as_it_was_agreed(sales: Running) -> None:
    path = f"/api/v1/invoices/{(await invoiced(sales, await ordered(sales)))['id']}"

    for status, problem in (
        await sales.patch(path, {"discount": {"percent": 10}}),
        await sales.post(f"{path}/reprice"),
    ):
        assert (status, problem["code"]) == (409, "invoice_of_order")
    assert (await sales.patch(path, {"payment_days": 10}))[1]["payment_days"] == 10


async def test_nothing_is_invoiced_twice_by_those_who_do_it_at_once(sales: Running) -> None:
    order = await ordered(sales)

    answers = await asyncio.gather(*(sales.post(f"{order}/invoice", of("1", 1)) for _ in range(5)))

    assert sorted(status for status, _ in answers) == [200, 200, 200, 422, 422]
    assert (await counted(sales, order))[1] == [3, 0]


@pytest.mark.parametrize(
    ("lines", "pointer", "code"),
    [
        ([{"line_id": "3", "quantity": 1}], "/lines/0/line_id", "unknown_line"),
        ([{"line_id": "1", "quantity": 3}], "/lines/0/quantity", "more_than_delivered"),
        ([{"line_id": "1", "quantity": 1}] * 3, "/lines/2/quantity", "more_than_delivered"),
        ([{"line_id": "1", "quantity": 0}], "/lines/0/quantity", "not_positive"),
        ([], "/lines", "missing"),
    ],
)
async def test_what_cannot_be_invoiced_is_named(
    sales: Running, lines: list[dict[str, Any]], pointer: str, code: str
) -> None:
    order = await ordered(sales, **of("1", 2))

    status, problem = await sales.post(f"{order}/invoice", {"lines": lines})

    assert (status, problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (422, pointer, code)
