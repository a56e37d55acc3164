"""An opportunity is worth what its lines come to, or what somebody types in."""

from typing import Any

import pytest

from tests.services.sales.test_routes import made
from tests.support.services import Running

ADVICE = {"description": "Advice", "quantity": 10, "unit_price": 120, "tax_code": "standard"}


@pytest.fixture
async def opportunity(sales: Running) -> dict[str, Any]:
    await made(sales, "tax_codes", {"code": "standard", "rates": [{"valid_from": "2007-01-01", "percent": 19}]})
    return await made(sales, "opportunities", {"name": "Advice", "lines": [ADVICE], "discount": {"percent": 5}})


async def test_the_lines_tell_the_value_before_tax(opportunity: dict[str, Any]) -> None:
    assert (opportunity["estimated_value"], opportunity["net_amount"]) == (1140, 1140)
    assert (opportunity["tax_amount"], opportunity["total_amount"]) == (216.6, 1356.6)


async def test_changed_lines_change_the_value(sales: Running, opportunity: dict[str, Any]) -> None:
    path = f"/api/v1/opportunities/{opportunity['id']}"

    _, changed = await sales.patch(path, {"lines": [ADVICE, {**ADVICE, "quantity": 5}]})
    _, won = await sales.post(f"{path}/win")

    assert changed["estimated_value"] == 1710
    assert won["actual_value"] == 1710


async def test_no_other_value_is_typed_in_beside_lines(sales: Running, opportunity: dict[str, Any]) -> None:
    path = f"/api/v1/opportunities/{opportunity['id']}"

    status, problem = await sales.patch(path, {"estimated_value": 2000})
    _, without = await sales.patch(path, {"lines": [], "discount": None, "estimated_value": 2000})

    assert (status, problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (
        422,
        "/estimated_value",
        "derived",
    )
    assert (without["estimated_value"], without["net_amount"], without["priced"]) == (2000, None, None)


async def test_what_was_read_may_be_sent_back(sales: Running, opportunity: dict[str, Any]) -> None:
    sent = {name: opportunity[name] for name in ("name", "lines", "discount", "estimated_value")}

    status, changed = await sales.patch(f"/api/v1/opportunities/{opportunity['id']}", sent)

    assert (status, changed["priced"]) == (200, opportunity["priced"])
