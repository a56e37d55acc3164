"""Orders, invoices and credit notes by mail, on a real mail server."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.services.sales.quote_mails.test_routes import ended
from tests.services.sales.test_routes import made
from tests.support.mailbox import Mailbox
from tests.support.services import Running
from tests.support.waiting import eventually

HOURS = {"description": "Advice", "quantity": 4, "unit_price": 120}


@pytest.fixture
async def customer(sales: Running) -> dict[str, Any]:
    """Who reads English, of a company that is known."""
    await made(sales, "company_profiles", {"name": "Dawn\nInteriors", "email": "office@dawn.example"})
    account = await made(sales, "accounts", {"name": "Acme", "language": "en-GB", "email": "buyer@acme.example"})
    return {"collection": "accounts", "id": account["id"]}


async def document(sales: Running, customer: dict[str, Any], collection: str, *actions: str) -> str:
    """The path of a document that has gone through these actions."""
    drafted = await made(sales, collection, {"name": "Advice", "customer": customer, "lines": [HOURS]})
    path = f"/api/v1/{collection}/{drafted['id']}"
    for action in actions:
        status, answer = await sales.post(f"{path}/{action}")
        assert status == 200, answer
    return path


async def final(sales: Running, customer: dict[str, Any], collection: str) -> str:
    """The path of one that counts."""
    match collection:
        case "orders":
            return await document(sales, customer, collection, "submit")
        case "invoices":
            return await document(sales, customer, collection, "issue")
        case _:
            _, invoice = await sales.get(await document(sales, customer, "invoices", "issue", "cancel"))
            return f"/api/v1/{collection}/{invoice['credit_note_id']}"


@pytest.mark.parametrize(
    ("collection", "kind"),
    [("orders", "Order confirmation"), ("invoices", "Invoice"), ("credit_notes", "Credit note")],
)
async def test_the_customer_gets_the_document(
    sales: Running, customer: dict[str, Any], mailbox: Mailbox, collection: str, kind: str
) -> None:
    path = await final(sales, customer, collection)

    status, job = await sales.post(f"{path}/send", {"to": "ann@acme.example"})
    done = await ended(sales, job)

    _, sent = await sales.get(path)
    [mail] = mailbox.mails
    assert (status, done["result"], sent["sent_at"] is not None) == (202, {"outcome": "sent"}, True)
    assert (mail["To"], mail["Reply-To"]) == ("ann@acme.example", "office@dawn.example")
    assert mail["Subject"] == f"{kind} {sent['number']} from Dawn Interiors"
    body, attachment = mail.get_body(), next(mail.iter_attachments())
    assert body is not None
    assert f"our {kind.lower()} {sent['number']} attached" in body.get_content()
    assert attachment.get_filename() == f"{sent['number']}.pdf"
    assert attachment.get_content().startswith(b"%PDF-")


async def test_an_invoice_is_sent_as_it_was_issued(sales: Running, customer: dict[str, Any], mailbox: Mailbox) -> None:
    path = await document(sales, customer, "invoices", "issue")
    async with sales.session.get(f"{sales.url}{path}/pdf", headers=bearer(sales)) as response:
        issued = await response.read()
    await sales.post(f"{path}/record_payment", {"amount": 100})

    _, job = await sales.post(f"{path}/send", {"message": "As agreed."})
    await ended(sales, job)

    [mail] = mailbox.mails
    body = mail.get_body()
    assert body is not None
    assert "As agreed." in body.get_content()
    assert (mail["To"], next(mail.iter_attachments()).get_content()) == ("buyer@acme.example", issued)


def bearer(sales: Running) -> dict[str, str]:
    return {"Authorization": f"Bearer {sales.identities.token('administrator')}"}


async def test_what_is_canceled_before_the_mail_server_takes_it_is_not_sent(
    sales: Running, customer: dict[str, Any], mailbox: Mailbox
) -> None:
    path = await document(sales, customer, "invoices", "issue")
    mailbox.refusing = True
    _, job = await sales.post(f"{path}/send")

    async def refused() -> int:
        return mailbox.refused

    await eventually(refused)
    await sales.post(f"{path}/cancel")

    assert (await ended(sales, job))["result"] == {"outcome": "withdrawn"}
    assert mailbox.mails == []


@pytest.mark.parametrize(
    ("collection", "actions"),
    [("orders", []), ("orders", ["cancel"]), ("invoices", []), ("invoices", ["issue", "cancel"])],
)
async def test_what_does_not_count_is_not_sent(
    sales: Running, customer: dict[str, Any], collection: str, actions: Sequence[str]
) -> None:
    path = await document(sales, customer, collection, *actions)

    status, problem = await sales.post(f"{path}/send")

    assert (status, problem["code"]) == (409, "document_not_final")
