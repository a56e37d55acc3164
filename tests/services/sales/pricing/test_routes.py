"""The catalogue and the pricing engine over HTTP."""

from decimal import Decimal
from typing import Any

import pytest

from tests.services.sales.test_routes import made
from tests.support.services import Running


@pytest.fixture
async def desk(sales: Running) -> dict[str, Any]:
    """A desk that is sold at 249.90 and 19 % tax."""
    await made(sales, "tax_codes", {"code": "standard", "rates": [{"valid_from": "2007-01-01", "percent": 19}]})
    desk = await made(sales, "products", {"sku": "D-1", "name": "Desk", "list_price": 249.9, "tax_code": "standard"})
    assert (await sales.post(f"/api/v1/products/{desk['id']}/activate"))[0] == 200
    return desk


async def test_what_it_would_cost_is_told_with_each_step(sales: Running, desk: dict[str, Any]) -> None:
    request = {"lines": [{"product_id": desk["id"], "quantity": 3}], "discount": {"percent": 2.5}}

    status, answer = await sales.post("/api/v1/price", request, roles=["salesperson"])

    assert (status, answer["priced"]["subtotal"], answer["priced"]["discount"]) == (200, 749.7, 18.74)
    assert (answer["priced"]["net"], answer["priced"]["tax"], answer["priced"]["total"]) == (730.96, 138.88, 869.84)
    assert [step["rule"] for step in answer["explain"]] == [
        "list_price", "line_amount", "subtotal", "discount", "tax", "total"
    ]  # fmt: skip


async def test_a_price_list_gives_its_price(sales: Running, desk: dict[str, Any]) -> None:
    rule = {"product_id": desk["id"], "method": "percent_of_list", "percent": 80, "rounding": {"to": 1, "less": 0.01}}
    prices = await made(sales, "price_lists", {"name": "Friends", "items": [rule]})
    request = {"price_list_id": prices["id"], "lines": [{"product_id": desk["id"], "quantity": 1}]}

    _, answer = await sales.post("/api/v1/price", request)

    assert answer["priced"]["lines"][0]["unit_price"] == 199.99


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/lines", "missing"),
        ({"lines": [{"product_id": "nowhere", "quantity": 1}]}, "/lines/0/product_id", "unknown_reference"),
        ({"lines": [{"description": "Work", "quantity": -1, "unit_price": 5}]}, "/lines/0/quantity",
         "negative_quantity"),
        ({"lines": [{"description": "Work", "quantity": 1, "unit_price": -5}]}, "/lines/0/unit_price",
         "greater_than_equal"),
        ({"lines": [], "currency": "JPY", "freight": {"amount": 1.5}}, "/freight/amount", "too_many_decimals"),
    ],
)  # fmt: skip
async def test_what_cannot_be_priced_is_named(sales: Running, body: dict[str, Any], pointer: str, code: str) -> None:
    status, problem = await sales.post("/api/v1/price", body)

    assert status == 422
    assert (problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (pointer, code)


async def test_who_may_not_see_a_product_cannot_ask_for_its_price(sales: Running, desk: dict[str, Any]) -> None:
    request = {"lines": [{"product_id": desk["id"], "quantity": 1}]}

    status, problem = await sales.post("/api/v1/price", request, roles=[])

    assert (status, problem["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("collection", "body", "pointer"),
    [
        ("products", {"sku": "X", "name": "X", "tax_code": "none"}, "/tax_code"),
        ("products", {"sku": "X", "name": "X", "list_price": 1.005}, "/list_price"),
        ("products", {"sku": "X", "name": "X", "kind": "bundle"}, "/components"),
        ("tax_codes", {"code": "x", "rates": []}, "/rates"),
        ("tax_codes", {"code": "x", "rates": [{"valid_from": "2026-01-01", "percent": 1}] * 2}, "/rates/1/valid_from"),
        ("currencies", {"code": "XYZ", "rates": [{"valid_from": "2026-01-01", "rate": 1}]}, "/code"),
        ("currencies", {"code": "USD", "rates": [{"valid_from": "2026-01-01", "rate": 0}]}, "/rates/0/rate"),
        ("price_lists", {"name": "X", "items": [{"product_id": "nowhere", "method": "amount", "amount": 1}]},
         "/items/0/product_id"),
    ],
)  # fmt: skip
async def test_bad_input_to_the_catalogue_names_its_field(
    sales: Running, collection: str, body: dict[str, Any], pointer: str
) -> None:
    status, problem = await sales.post(f"/api/v1/{collection}", body)

    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)


async def test_an_sku_is_given_once(sales: Running, desk: dict[str, Any]) -> None:
    status, problem = await sales.post("/api/v1/products", {"sku": desk["sku"], "name": "Other desk"})

    assert (status, problem["code"], problem["errors"][0]["pointer"]) == (409, "duplicate", "/sku")


async def test_salespeople_read_the_catalogue_and_managers_keep_it(sales: Running, desk: dict[str, Any]) -> None:
    path, change = f"/api/v1/products/{desk['id']}", {"list_price": 199}

    assert (await sales.get(path, roles=["salesperson"]))[0] == 200
    assert (await sales.patch(path, change, roles=["salesperson"]))[0] == 403
    assert (await sales.patch(path, change, roles=["sales_manager"]))[1]["list_price"] == 199


async def test_amounts_stay_exact_in_what_lies_within_a_record(sales: Running) -> None:
    """A price list is read back as it was written, to the last digit."""
    rule = {"method": "margin", "percent": 33.3333, "tiers": [{"from_quantity": 0.25, "amount": 0.1}]}
    prices = await made(sales, "price_lists", {"name": "Exact", "otherwise": rule})

    _, read = await sales.get(f"/api/v1/price_lists/{prices['id']}")

    assert Decimal(str(read["otherwise"]["percent"])) == Decimal("33.3333")
    assert read["otherwise"]["tiers"] == [{"from_quantity": 0.25, "amount": 0.1}]
