"""A bundle is offered as one, and delivered and charged by its components."""

from typing import Any

from tests.services.sales.test_routes import made
from tests.support.services import Running


async def sold(sales: Running, sku: str, **fields: Any) -> str:
    """The id of a product that is sold."""
    product = await made(sales, "products", {"sku": sku, "name": sku.title(), **fields})
    status, answer = await sales.post(f"/api/v1/products/{product['id']}/activate")
    assert status == 200, answer
    return str(product["id"])


async def reading_corner(sales: Running) -> str:
    """A desk and two books for 265.00, where a desk bears 19 % tax and a book 7 %."""
    for code, percent in (("standard", 19), ("reduced", 7)):
        rates = [{"valid_from": "2020-01-01", "percent": percent}]
        await made(sales, "tax_codes", {"code": code, "rates": rates})
    desk = await sold(sales, "DESK", list_price=249.90, tax_code="standard")
    book = await sold(sales, "BOOK", list_price=12, tax_code="reduced")
    parts = [{"product_id": desk, "quantity": 1}, {"product_id": book, "quantity": 2}]
    return await sold(sales, "CORNER", kind="bundle", list_price=265, components=parts)


async def ordered(sales: Running) -> dict[str, Any]:
    """The order that an accepted quote over two reading corners became, handed over to be delivered."""
    line = {"product_id": await reading_corner(sales), "quantity": 2}
    account = await made(sales, "accounts", {"name": "Acme"})
    customer = {"collection": "accounts", "id": account["id"]}
    quote = await made(sales, "quotes", {"name": "Corners", "customer": customer, "lines": [line]})
    assert [(each["sku"], each["amount"]) for each in quote["priced"]["lines"][0]["components"]] == [
        ("DESK", 483.56),
        ("BOOK", 46.44),
    ]
    await sales.post(f"/api/v1/quotes/{quote['id']}/activate")
    _, accepted = await sales.post(f"/api/v1/quotes/{quote['id']}/accept")
    _, order = await sales.post(f"/api/v1/orders/{accepted['order_id']}/submit")
    assert order["total_amount"] == quote["total_amount"] == 625.13
    assert isinstance(order, dict)
    return order


async def test_an_accepted_bundle_is_delivered_and_charged_by_its_components(sales: Running) -> None:
    order = await ordered(sales)
    path = f"/api/v1/orders/{order['id']}"
    lines = [(line["id"], line["quantity"], line["bundle"]) for line in order["lines"]]

    delivered = {"lines": [{"line_id": "2", "quantity": 3}]}
    status, partial = await sales.post(f"{path}/fulfil", delivered)
    _, books = await sales.post(f"{path}/invoice")
    await sales.post(f"{path}/fulfil")
    _, rest = await sales.post(f"{path}/invoice")

    assert lines == [("1", 2, "Corner"), ("2", 4, "Corner")]
    assert (status, partial["status_reason"]) == (200, "partial")
    assert [(each["quantity"], each["amount"], each["tax_code"]) for each in books["priced"]["lines"]] == [
        (3, 34.83, "reduced")
    ]
    assert [each["bundle"] for each in (*books["lines"], *books["priced"]["lines"])] == ["Corner", "Corner"]
    assert (books["total_amount"], rest["total_amount"]) == (37.27, 587.86)
    assert (await sales.get(path))[1]["state"] == "invoiced"


async def test_an_order_keeps_what_its_bundle_was_sold_for_when_something_else_changes(sales: Running) -> None:
    account = await made(sales, "accounts", {"name": "Acme"})
    customer = {"collection": "accounts", "id": account["id"]}
    line = {"product_id": await reading_corner(sales), "quantity": 1}
    order = await made(sales, "orders", {"name": "Corner", "customer": customer, "lines": [line]})
    work = {"description": "Work", "quantity": 1, "unit_price": 10}

    status, changed = await sales.patch(f"/api/v1/orders/{order['id']}", {"lines": [*order["lines"], work]})

    assert status == 200, changed
    assert order["priced"]["subtotal"] == 265
    assert changed["priced"]["subtotal"] == 275
    assert [line["id"] for line in changed["lines"]] == ["1", "2", "3"]


async def test_an_invoice_over_a_bundle_tells_its_components(sales: Running) -> None:
    account = await made(sales, "accounts", {"name": "Acme"})
    customer = {"collection": "accounts", "id": account["id"]}
    line = {"product_id": await reading_corner(sales), "quantity": 1}

    invoice = await made(sales, "invoices", {"name": "Corner", "customer": customer, "lines": [line]})

    assert [each["quantity"] for each in invoice["priced"]["lines"][0]["components"]] == [1, 2]
    assert [(each["tax_code"], each["net"]) for each in invoice["priced"]["taxes"]] == [
        ("reduced", 23.22),
        ("standard", 241.78),
    ]
