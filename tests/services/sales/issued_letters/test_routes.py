"""What was issued reads as it was issued, whatever happens to those whom it names."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from libs.web.executing import STORE
from services.sales.issued_letters.commands import COLLECTION
from services.sales.printing.model import Sheet
from services.sales.printing.typesetter import typeset
from tests.services.sales.invoices.test_routes import drafted, issued
from tests.services.sales.quotes.test_routes import printed
from tests.services.sales.test_routes import made
from tests.support.services import Running

KEPT: Final = sorted(Path(__file__).parent.glob("*.json"))


@pytest.fixture
async def customer(sales: Running) -> dict[str, Any]:
    fields = {"name": "Azul", "language": "de", "address": {"city": "Porto", "country": "PT"}}
    return {"collection": "accounts", "id": (await made(sales, "accounts", fields))["id"]}


async def test_an_issued_invoice_reads_as_on_its_day_and_as_today_where_that_is_asked(
    sales: Running, customer: dict[str, Any]
) -> None:
    profile = await made(sales, "company_profiles", {"name": "Dawn Interiors", "bank_details": ["IBAN 1"]})
    account, sender = f"/api/v1/accounts/{customer['id']}", f"/api/v1/company_profiles/{profile['id']}"
    path = await issued(sales, customer)
    _, _, first = await printed(sales, path)

    await sales.patch(account, {"name": "Azul & Filhos", "language": "en", "address": {"city": "Faro"}})
    await sales.patch(sender, {"name": "Dusk", "bank_details": ["IBAN 2"]})
    await sales.post(f"{path}/record_payment", {"amount": 480})
    _, canceled = await sales.post(f"{path}/cancel", {})
    note = f"/api/v1/credit_notes/{canceled['credit_note']['id']}"
    _, _, credited = await printed(sales, note)
    await sales.post(f"{sender}/deactivate")
    await sales.delete(account)

    assert (await printed(sales, path))[2] == first
    assert (await printed(sales, note))[2] == credited
    await sales.post(f"{sender}/activate")
    status, _, today = await printed(sales, path, "?today=true")
    assert (status, today[:5], today != first) == (200, b"%PDF-", True)


async def test_what_was_issued_before_there_was_a_sender_reads_as_on_its_day_from_who_sends_it_first(
    sales: Running, customer: dict[str, Any]
) -> None:
    path, other = [await issued(sales, customer) for _ in range(2)]
    assert (await sales.get(f"{path}/pdf"))[1]["code"] == "company_profile_missing"
    await sales.patch(f"/api/v1/accounts/{customer['id']}", {"name": "Azul & Filhos", "address": {"city": "Faro"}})
    profile = await made(sales, "company_profiles", {"name": "Dawn Interiors", "tax_id": "DE1"})

    status, _, first = await printed(sales, path)
    await sales.patch(f"/api/v1/company_profiles/{profile['id']}", {"name": "Dusk"})

    assert (status, (await printed(sales, path))[2]) == (200, first)
    letters = {each["_id"].rpartition("/")[2]: each for each in await all_letters(sales)}
    kept, unsent = (orjson.loads(letters[each.rpartition("/")[2]]["body"]) for each in (path, other))
    assert kept["recipient"] == unsent["recipient"] == ["Azul", "Porto", "Portugal"]
    assert (kept["sender"]["name"], kept["sender"]["footer"][1]) == ("Dawn Interiors", ["USt-IdNr. DE1"])
    assert unsent["sender"]["name"] == ""


@pytest.mark.parametrize(("country", "years"), [("DE", 8), ("GB", 6), ("BR", 10), (None, 10)])
async def test_the_law_of_the_sender_says_how_long_it_is_kept(
    sales: Running, customer: dict[str, Any], country: str | None, years: int
) -> None:
    await made(sales, "company_profiles", {"name": "Dawn Interiors", "address": {"country": country}})
    path = await issued(sales, customer)
    _, canceled = await sales.post(f"{path}/cancel", {})

    last_day = f"{datetime.now(UTC).year + years}-12-31"
    assert [canceled[name]["retained_until"] for name in ("invoice", "credit_note")] == [last_day] * 2
    assert {each["retained_until"] for each in await all_letters(sales)} == {last_day}


async def all_letters(sales: Running) -> list[dict[str, Any]]:
    return await sales.app[STORE].collection(COLLECTION).find().to_list(None)


async def test_a_draft_reads_as_today(sales: Running, customer: dict[str, Any]) -> None:
    await made(sales, "company_profiles", {"name": "Dawn Interiors"})
    path = await drafted(sales, customer)
    _, _, first = await printed(sales, path)

    await sales.patch(path, {"name": "Other work"})

    assert (await printed(sales, path))[2] != first


@pytest.mark.parametrize("query", ["?today=yes", "?as_of=2026-01-01"])
async def test_other_options_are_refused(sales: Running, customer: dict[str, Any], query: str) -> None:
    path = await drafted(sales, customer)

    assert (await sales.get(f"{path}/pdf{query}"))[0] == 422


@pytest.mark.parametrize("file", KEPT, ids=[file.stem for file in KEPT])
def test_what_was_kept_by_any_release_can_be_set(file: Path) -> None:
    """These files stay as they are: a template that asks for more than one of them says cannot set what was issued."""
    assert typeset(Sheet(f"{file.stem}.pdf", file.read_bytes())).startswith(b"%PDF-")
