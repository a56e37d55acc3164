"""Quotes by mail, on a real mail server."""

from typing import Any

import pytest

from libs.store.clock import utc_now
from libs.web.executing import STORE
from libs.web.settings import SETTINGS
from services.sales.letter_mails.model import LASTS
from tests.services.sales.test_routes import made
from tests.support.mailbox import Mailbox
from tests.support.services import Running
from tests.support.waiting import eventually


@pytest.fixture
async def path(sales: Running) -> str:
    """The path of an active quote for a German customer."""
    await made(sales, "company_profiles", {"name": "Dawn\nInteriors", "email": "office@dawn.example"})
    customer = await made(sales, "accounts", {"name": "Acme", "language": "de", "email": "buyer@acme.example"})
    reference = {"collection": "accounts", "id": customer["id"]}
    work = {"description": "Advice", "quantity": 4, "unit_price": 120}
    quote = await made(sales, "quotes", {"name": "Advice", "customer": reference, "lines": [work]})
    await sales.post(f"/api/v1/quotes/{quote['id']}/activate")
    return f"/api/v1/quotes/{quote['id']}"


async def ended(sales: Running, job: dict[str, Any]) -> dict[str, Any]:
    async def seen() -> dict[str, Any] | None:
        _, now = await sales.get(f"/api/v1/jobs/{job['id']}")
        return now if now["state"] in {"succeeded", "failed"} else None

    return await eventually(seen)


async def test_the_customer_gets_the_document_and_the_link(sales: Running, path: str, mailbox: Mailbox) -> None:
    status, job = await sales.post(f"{path}/send", {"message": "Wie besprochen."})
    mail = await mailbox.first()
    done = await ended(sales, job)

    _, quote = await sales.get(path)
    assert (status, done["result"]) == (202, {"outcome": "sent"})
    assert (mail["To"], mail["Reply-To"]) == ("buyer@acme.example", "office@dawn.example")
    assert mail["Subject"] == f"Angebot {quote['number']} von Dawn Interiors"
    body, attachment = mail.get_body(), next(mail.iter_attachments())
    assert body is not None
    assert "Wie besprochen." in body.get_content()
    assert attachment.get_filename() == f"{quote['number']}.pdf"
    assert attachment.get_content().startswith(b"%PDF-")
    assert quote["sent_at"] is not None
    address = next(line for line in body.get_content().splitlines() if line.startswith("http"))
    page = address.replace(sales.app[SETTINGS].public_url, sales.url)
    async with sales.session.get(page) as response:
        assert (response.status, quote["number"] in await response.text()) == (200, True)


async def test_a_second_mail_carries_the_same_link(sales: Running, path: str, mailbox: Mailbox) -> None:
    links = []
    for to in ("ann@acme.example", "bob@acme.example"):
        _, job = await sales.post(f"{path}/send", {"to": to})
        await ended(sales, job)
        links.append((await sales.get(path))[1]["link"])

    assert [mail["To"] for mail in mailbox.mails] == ["ann@acme.example", "bob@acme.example"]
    assert links[0] == links[1]
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 2


async def test_a_mail_waits_for_a_mail_server_that_does_not_take_it(
    sales: Running, path: str, mailbox: Mailbox
) -> None:
    mailbox.refusing = True
    _, job = await sales.post(f"{path}/send")

    async def refused() -> int:
        return mailbox.refused

    await eventually(refused)
    assert (await sales.get(path))[1]["sent_at"] is None
    mailbox.refusing = False

    assert (await ended(sales, job))["state"] == "succeeded"
    assert len(mailbox.mails) == 1


async def test_a_mail_is_given_up_after_days(sales: Running, path: str, mailbox: Mailbox) -> None:
    mailbox.refusing = True
    _, job = await sales.post(f"{path}/send")
    jobs = sales.app[STORE].collection("jobs")
    await jobs.update_one({"_id": job["id"]}, {"$set": {"input.at": (utc_now() - LASTS * 2).isoformat()}})

    assert (await ended(sales, job))["error"]["code"] == "mail_lapsed"


@pytest.mark.parametrize("action", ["revoke_link", "revise"])
async def test_a_mail_whose_link_leads_nowhere_is_not_sent(
    sales: Running, path: str, mailbox: Mailbox, action: str
) -> None:
    mailbox.refusing = True
    _, job = await sales.post(f"{path}/send")
    await sales.post(f"{path}/{action}")

    assert (await ended(sales, job))["result"] == {"outcome": "withdrawn"}
    assert mailbox.mails == []


async def test_a_mail_that_was_perhaps_taken_before_its_quote_was_withdrawn_is_not_said_to_be_withdrawn(
    sales: Running, path: str, mailbox: Mailbox
) -> None:
    mailbox.vanishing = True
    _, job = await sales.post(f"{path}/send")
    await mailbox.first()

    await sales.post(f"{path}/cancel")

    assert (await ended(sales, job))["result"] == {"outcome": "unknown"}


async def test_a_quote_that_was_withdrawn_as_its_mail_left_says_that_it_was_sent(
    sales: Running, path: str, mailbox: Mailbox
) -> None:
    mailbox.meanwhile = lambda: sales.post(f"{path}/cancel")
    _, job = await sales.post(f"{path}/send")

    assert (await ended(sales, job))["result"] == {"outcome": "sent"}
    _, quote = await sales.get(path)
    assert (quote["state"], quote["status_reason"], quote["sent_at"] is not None) == ("closed", "canceled", True)


async def test_a_quote_that_was_removed_as_its_mail_left_does_not_make_the_mail_fail(
    sales: Running, path: str, mailbox: Mailbox
) -> None:
    mailbox.meanwhile = lambda: sales.delete(path)
    _, job = await sales.post(f"{path}/send")

    assert (await ended(sales, job))["result"] == {"outcome": "sent"}


async def test_what_cannot_be_sent_is_said_at_once(
    sales: Running, path: str, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, problem = await sales.post(f"{path}/send", {"to": "nobody"})
    assert (status, problem["errors"][0]["pointer"]) == (422, "/to")

    _, quote = await sales.get(path)
    await sales.patch(f"/api/v1/accounts/{quote['customer']['id']}", {"email": None})
    status, problem = await sales.post(f"{path}/send")
    assert (status, problem["errors"][0]["pointer"]) == (422, "/to")

    without = sales.app[SETTINGS].model_copy(update={"smtp_url": None})
    monkeypatch.setitem(sales.app._state, SETTINGS, without)
    status, problem = await sales.post(f"{path}/send", {"to": "ann@acme.example"})
    assert (status, problem["code"]) == (409, "mail_not_set_up")
    assert (await sales.get(path))[1]["link"] is None

    monkeypatch.undo()
    await sales.post(f"{path}/cancel")
    assert (await sales.post(f"{path}/send"))[1]["code"] == "quote_not_offered"
