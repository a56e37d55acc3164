"""Quotes over HTTP, from an opportunity to its end."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.services.sales.test_routes import made
from tests.support.services import Running

HOURS = {"description": "Advice", "quantity": 4, "unit_price": 120}


@pytest.fixture
async def opportunity(sales: Running) -> dict[str, Any]:
    customer = await made(sales, "accounts", {"name": "Acme"})
    reference = {"collection": "accounts", "id": customer["id"]}
    return await made(sales, "opportunities", {"name": "Advice", "customer": reference, "lines": [HOURS]})


async def quoted(sales: Running, opportunity: dict[str, Any], **fields: Any) -> str:
    """The path of a quote of the opportunity."""
    quote = await made(sales, "quotes", {"name": "Advice", "opportunity_id": opportunity["id"], **fields})
    return f"/api/v1/quotes/{quote['id']}"


async def test_a_quote_takes_over_what_its_opportunity_asks(sales: Running, opportunity: dict[str, Any]) -> None:
    _, quote = await sales.get(await quoted(sales, opportunity, discount={"percent": 99}))
    _, own = await sales.get(await quoted(sales, opportunity, lines=[{**HOURS, "quantity": 1}], discount={"amount": 5}))

    assert (quote["state"], quote["revision"], quote["customer"]["name"]) == ("draft", 1, "Acme")
    assert (quote["total_amount"], own["total_amount"]) == (480, 115)
    assert quote["priced"]["lines"][0]["amount"] == 480
    assert quote["number"] < own["number"]


async def test_an_accepted_quote_wins_its_opportunity(sales: Running, opportunity: dict[str, Any]) -> None:
    path = await quoted(sales, opportunity, lines=[{**HOURS, "quantity": 3}])
    await sales.post(f"{path}/activate")

    status, accepted = await sales.post(f"{path}/accept", headers={"Idempotency-Key": "accept-1"})
    repeated = await sales.post(f"{path}/accept", headers={"Idempotency-Key": "accept-1"})

    assert (status, accepted["state"]) == (200, "won")
    assert repeated == (200, accepted)
    _, won = await sales.get(f"/api/v1/opportunities/{opportunity['id']}")
    assert (won["state"], won["actual_value"], won["version"]) == ("won", 360, 2)


async def test_a_second_accepted_quote_changes_nothing_of_a_won_opportunity(
    sales: Running, opportunity: dict[str, Any]
) -> None:
    for quantity in (1, 2):
        path = await quoted(sales, opportunity, lines=[{**HOURS, "quantity": quantity}])
        await sales.post(f"{path}/activate")
        assert (await sales.post(f"{path}/accept"))[0] == 200

    assert (await sales.get(f"/api/v1/opportunities/{opportunity['id']}"))[1]["actual_value"] == 120


async def test_a_quote_of_a_lost_opportunity_is_not_accepted(sales: Running, opportunity: dict[str, Any]) -> None:
    path = await quoted(sales, opportunity)
    await sales.post(f"{path}/activate")
    await sales.post(f"/api/v1/opportunities/{opportunity['id']}/lose", {})

    status, problem = await sales.post(f"{path}/accept")

    assert (status, problem["code"], problem["open_actions"]) == (409, "move_not_allowed", ["reopen"])
    assert (await sales.get(path))[1]["state"] == "active"


async def test_a_revision_is_edited_while_the_offer_before_it_is_closed(
    sales: Running, opportunity: dict[str, Any]
) -> None:
    path = await quoted(sales, opportunity)
    await sales.post(f"{path}/activate")
    status, problem = await sales.patch(path, {"discount": {"percent": 10}})

    _, answer = await sales.post(f"{path}/revise")
    revision = answer["revision"]
    _, edited = await sales.patch(f"/api/v1/quotes/{revision['id']}", {"discount": {"percent": 10}})

    assert (status, problem["code"]) == (409, "quote_locked")
    assert problem["open_actions"] == ["accept", "decline", "revise", "cancel"]
    assert (answer["quote"]["status_reason"], answer["quote"]["next_revision_id"]) == ("revised", revision["id"])
    assert (revision["number"], revision["revision"]) == (answer["quote"]["number"], 2)
    assert (revision["total_amount"], edited["total_amount"]) == (480, 432)


async def test_two_who_revise_at_once_make_one_revision(sales: Running, opportunity: dict[str, Any]) -> None:
    path = await quoted(sales, opportunity)
    await sales.post(f"{path}/activate")

    answers = await asyncio.gather(*(sales.post(f"{path}/revise") for _ in range(4)))

    assert sorted(status for status, _ in answers) == [200, 409, 409, 409]
    assert len((await sales.get("/api/v1/quotes?$filter=revision eq 2"))[1]["value"]) == 1


async def test_a_change_that_asks_for_no_other_price_keeps_the_figures(
    sales: Running, opportunity: dict[str, Any]
) -> None:
    desk = await made(sales, "products", {"sku": "D-1", "name": "Desk", "list_price": 250})
    await sales.post(f"/api/v1/products/{desk['id']}/activate")
    path = await quoted(sales, opportunity, lines=[{"product_id": desk["id"], "quantity": 1}])
    await sales.patch(f"/api/v1/products/{desk['id']}", {"list_price": 300})

    _, renamed = await sales.patch(path, {"name": "One desk"})
    _, repriced = await sales.post(f"{path}/reprice")

    assert (renamed["total_amount"], repriced["total_amount"]) == (250, 300)


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"lines": [{**HOURS, "discount": 481}]}, "/lines/0/discount", "discount_exceeds_amount"),
        ({"lines": [{"product_id": "nowhere", "quantity": 1}]}, "/lines/0/product_id", "unknown_reference"),
        ({"lines": [{**HOURS, "unit_price": 1.005}]}, "/lines/0/unit_price", "too_many_decimals"),
        ({"currency": "USD"}, "/currency", "other_currency"),
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-01"}, "/valid_until", "before_start"),
        ({"opportunity_id": None}, "/customer", "missing"),
        ({"total_amount": 5}, "/total_amount", "extra_forbidden"),
        ({"price_list_id": "nowhere"}, "/price_list_id", "unknown_reference"),
    ],
)
async def test_bad_input_names_its_field(
    sales: Running, opportunity: dict[str, Any], fields: dict[str, Any], pointer: str, code: str
) -> None:
    body = {"name": "Advice", "opportunity_id": opportunity["id"], "lines": [HOURS], **fields}

    status, problem = await sales.post("/api/v1/quotes", body)

    assert status == 422, problem
    assert (problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (pointer, code)


async def test_numbers_rise_without_doubles_however_many_are_made_at_once(
    sales: Running, opportunity: dict[str, Any]
) -> None:
    await asyncio.gather(*(quoted(sales, opportunity) for _ in range(20)))

    _, page = await sales.get("/api/v1/quotes?$orderby=number")
    numbers = [quote["number"] for quote in page["value"]]
    assert len(set(numbers)) == 20
    assert int(numbers[-1][-6:]) - int(numbers[0][-6:]) == 19


async def test_a_quote_is_printed_in_the_language_of_its_customer(sales: Running, opportunity: dict[str, Any]) -> None:
    path = await quoted(sales, opportunity)
    _, unsent = await sales.get(f"{path}/pdf")
    company = await made(sales, "company_profiles", {"name": "Dawn Interiors", "language": "de"})

    status, headers, pdf = await printed(sales, path)

    assert (unsent["status"], unsent["code"]) == (409, "company_profile_missing")
    assert (status, headers["Content-Type"], headers["Cache-Control"]) == (200, "application/pdf", "private, no-store")
    assert headers["Content-Disposition"] == f'inline; filename="{(await sales.get(path))[1]["number"]}.pdf"'
    assert (pdf[:5], language_of(pdf)) == (b"%PDF-", "de")
    await sales.patch(f"/api/v1/accounts/{opportunity['customer']['id']}", {"language": "en-GB"})
    assert language_of((await printed(sales, path))[2]) == "en-GB"
    await sales.post(f"/api/v1/company_profiles/{company['id']}/deactivate")
    assert (await sales.get(f"{path}/pdf"))[0] == 409


async def test_a_quote_without_lines_has_nothing_to_print(sales: Running, opportunity: dict[str, Any]) -> None:
    await made(sales, "company_profiles", {"name": "Dawn Interiors"})
    path = await quoted(sales, opportunity)
    await sales.patch(path, {"lines": []})

    assert (await sales.get(f"{path}/pdf"))[1]["code"] == "document_empty"


async def printed(sales: Running, path: str, query: str = "") -> tuple[int, Mapping[str, str], bytes]:
    headers = {"Authorization": f"Bearer {sales.identities.token('salesperson')}"}
    async with sales.session.get(f"{sales.url}{path}/pdf{query}", headers=headers) as response:
        return response.status, response.headers, await response.read()


def language_of(pdf: bytes) -> str:
    """What the document says of itself to readers aloud."""
    found = re.search(rb"/Lang ?\(([^)]*)\)", pdf)
    assert found is not None
    return found[1].decode()
