"""Numbers begin as an administrator wants, and count on whatever they begin with."""

from datetime import UTC, datetime
from typing import Any

import pytest

from libs.domain.refusals import InvalidFields
from services.sales.numbering import model
from services.sales.numbering.model import CREDIT_NOTES, INVOICES, ORDERS, QUOTES, Prefixes
from tests.services.sales.test_routes import made
from tests.support.services import Running

YEAR = datetime.now(UTC).year
WORK = {"description": "Work", "quantity": 1, "unit_price": 50}


def test_numbers_tell_the_series_and_the_year() -> None:
    numbers = [
        model.number_of(series, Prefixes(invoices="RE-1"), 2026, 123)
        for series in (QUOTES, ORDERS, INVOICES, CREDIT_NOTES)
    ]

    assert numbers == ["Q-2026-000123", "O-2026-000123", "RE-1-2026-00123", "CN-2026-00123"]


def test_no_two_documents_have_one_number() -> None:
    with pytest.raises(InvalidFields) as refused:
        model.require_distinct(Prefixes(invoices="CN"))

    assert [error.pointer for error in refused.value.errors] == [
        "/number_prefixes/invoices",
        "/number_prefixes/credit_notes",
    ]


async def test_with_another_prefix_documents_are_counted_on(sales: Running) -> None:
    profile = f"/api/v1/company_profiles/{(await made(sales, 'company_profiles', {'name': 'Dawn'}))['id']}"
    account = await made(sales, "accounts", {"name": "Azul"})
    body = {"name": "Work", "customer": {"collection": "accounts", "id": account["id"]}, "lines": [WORK]}

    async def numbers() -> list[str]:
        quote, order = [(await made(sales, name, body))["number"] for name in ("quotes", "orders")]
        path = f"/api/v1/invoices/{(await made(sales, 'invoices', body))['id']}"
        await sales.post(f"{path}/issue")
        _, canceled = await sales.post(f"{path}/cancel", {})
        return [quote, order, canceled["invoice"]["number"], canceled["credit_note"]["number"]]

    first = await numbers()
    status, changed = await sales.patch(profile, {"number_prefixes": {"quotes": "AN", "invoices": "RE"}})
    second = await numbers()
    await sales.post(f"{profile}/deactivate")

    assert status == 200
    assert changed["number_prefixes"] == {"quotes": "AN", "orders": "O", "invoices": "RE", "credit_notes": "CN"}
    assert first[2:] == [f"INV-{YEAR}-00001", f"CN-{YEAR}-00001"]
    assert second == [following(first[0], "AN"), following(first[1], "O"), f"RE-{YEAR}-00002", f"CN-{YEAR}-00002"]
    assert (await numbers())[2:] == [f"INV-{YEAR}-00003", f"CN-{YEAR}-00003"]


def following(number: str, prefix: str) -> str:
    return f"{prefix}-{YEAR}-{int(number.rpartition('-')[2]) + 1:06}"


@pytest.mark.parametrize(
    ("prefixes", "pointer"),
    [
        ({"invoices": "inv/"}, "/number_prefixes/invoices"),
        ({"quotes": "A" * 13}, "/number_prefixes/quotes"),
        ({"orders": "Q"}, "/number_prefixes/quotes"),
        ({"cases": "C"}, "/number_prefixes/cases"),
    ],
)
async def test_what_cannot_be_a_prefix_is_refused(sales: Running, prefixes: Any, pointer: str) -> None:
    made_so = await sales.post("/api/v1/company_profiles", {"name": "Dawn", "number_prefixes": prefixes})
    profile = await made(sales, "company_profiles", {"name": "Dawn"})
    changed = await sales.patch(f"/api/v1/company_profiles/{profile['id']}", {"number_prefixes": prefixes})

    for status, problem in (made_so, changed):
        assert (status, problem["errors"][0]["pointer"]) == (422, pointer)


async def test_only_an_administrator_chooses_prefixes(sales: Running) -> None:
    profile = await made(sales, "company_profiles", {"name": "Dawn"})
    path, body = f"/api/v1/company_profiles/{profile['id']}", {"number_prefixes": {"invoices": "RE"}}

    assert (await sales.patch(path, body, roles=("sales_manager",)))[0] == 403
