"""E-mails on their way to a real mail server."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from aiohttp import FormData

from libs.store.clock import utc_now
from libs.store.copies import keep_copies
from libs.web.executing import STORE
from services.activity.email_sending.store import QUEUE, count_waiting, signing_key
from services.activity.email_sending.tokens import mail_id_in
from tests.support.events import envelope
from tests.support.mailbox import Mailbox
from tests.support.services import Running
from tests.support.waiting import eventually

PATH = "/api/v1/activities"
ANA = {"role": "to", "name": "Ana Costa", "email": "ana@example.org"}
BOB = {"role": "cc", "email": "bob@example.org"}


async def drafted(mailing: Running, *parties: dict[str, Any], **fields: Any) -> str:
    body = {"type": "email", "subject": "Your offer", "description": "Dear Ana", "parties": parties or [ANA], **fields}
    status, email = await mailing.post(PATH, body)
    assert status == 201, email
    assert (email["state"], email["status_reason"]) == ("open", "draft")
    return f"{PATH}/{email['id']}"


async def settled(mailing: Running, path: str) -> dict[str, Any]:
    async def decided() -> dict[str, Any] | None:
        _, email = await mailing.get(path)
        return email if email["state"] != "scheduled" else None

    return await eventually(decided)


async def test_a_draft_is_sent_and_says_so(mailing: Running, mailbox: Mailbox) -> None:
    sender = {"role": "sender", "name": "Eve Stone", "email": "eve@example.org"}
    path = await drafted(mailing, sender, ANA, BOB, {"role": "bcc", "email": "secret@example.org"})

    status, queued = await mailing.post(f"{path}/send", {})
    email = await settled(mailing, path)
    mail = await mailbox.first()

    assert (status, queued["state"], queued["status_reason"]) == (200, "scheduled", "queued")
    assert (email["state"], email["status_reason"]) == ("completed", "sent")
    assert {each["email"] for each in email["deliveries"] if each["outcome"] == "taken"} == {
        "ana@example.org",
        "bob@example.org",
        "secret@example.org",
    }
    assert (mail["Message-ID"], mail["Subject"], mail["From"].addresses[0].display_name) == (
        email["message_id"],
        "Your offer",
        "Eve Stone",
    )
    assert "secret" not in str(mail)
    back, _ = mailbox.envelopes[0]
    key = await signing_key(mailing.app[STORE])
    assert mail_id_in(key, back) == mail_id_in(key, email["message_id"]) is not None
    assert mail["Reply-To"] == back
    assert await count_waiting(mailing.app[STORE]) == (0, 0)


async def test_a_server_that_wants_it_later_is_asked_again_about_those_alone(
    mailing: Running, mailbox: Mailbox
) -> None:
    mailbox.answers["bob@example.org"] = ["451 later", "450 later still"]
    mailbox.answers["gone@example.org"] = ["550 5.1.1 no such user"]
    path = await drafted(mailing, ANA, BOB, {"role": "to", "email": "gone@example.org"})

    await mailing.post(f"{path}/send", {})
    email = await settled(mailing, path)

    told = {each["email"]: (each["outcome"], each.get("code"), each.get("detail")) for each in email["deliveries"]}
    assert email["status_reason"] == "sent_in_part"
    assert told == {
        "ana@example.org": ("taken", None, None),
        "gone@example.org": ("refused", "550", "5.1.1 no such user"),
        "bob@example.org": ("taken", None, None),
    }
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 1


async def test_a_server_that_is_away_for_a_while_loses_nothing(mailing: Running, mailbox: Mailbox) -> None:
    mailbox.refusing = True
    paths = [await drafted(mailing) for _ in range(5)]
    for path in paths:
        await mailing.post(f"{path}/send", {})

    async def refused() -> bool:
        return mailbox.refused > 8

    await eventually(refused)
    mailbox.refusing = False
    sent = [await settled(mailing, path) for path in paths]

    assert [email["status_reason"] for email in sent] == ["sent"] * 5
    assert sorted(mail["Message-ID"] for mail in mailbox.mails) == sorted(email["message_id"] for email in sent)


async def test_what_is_refused_for_good_becomes_a_draft_that_says_why(mailing: Running, mailbox: Mailbox) -> None:
    mailbox.answers["ana@example.org"] = ["550 no such user"]
    path = await drafted(mailing)

    await mailing.post(f"{path}/send", {})
    failed = await settled(mailing, path)
    await mailing.patch(path, {"parties": [BOB | {"role": "to"}]})
    await mailing.post(f"{path}/send", {})
    sent = await settled(mailing, path)

    assert (failed["state"], failed["status_reason"]) == ("open", "failed")
    assert (failed["deliveries"][0]["code"], failed["deliveries"][0]["detail"]) == ("550", "no such user")
    assert sent["status_reason"] == "sent"
    assert sent["message_id"] != failed["message_id"]


async def test_one_for_later_waits_and_is_sent_no_more_once_canceled(mailing: Running, mailbox: Mailbox) -> None:
    later = (utc_now() + timedelta(hours=1)).isoformat()
    path = await drafted(mailing)
    await mailing.post(f"{path}/send", {"at": later})
    refused, problem = await mailing.patch(path, {"subject": "Another"})
    status, canceled = await mailing.post(f"{path}/cancel", {})

    assert (refused, problem["code"]) == (409, "not_a_draft")
    assert (status, canceled["state"]) == (200, "canceled")
    store = mailing.app[STORE]
    await store.collection(QUEUE).update_many({}, {"$set": {"free_at": utc_now()}})

    async def forgotten() -> bool:
        return await count_waiting(store) == (0, 0)

    await eventually(forgotten)
    assert mailbox.mails == []
    assert (await mailing.post(f"{path}/reopen", {}))[1]["status_reason"] == "draft"


async def test_a_contact_is_written_to_at_the_address_that_sales_told(mailing: Running, mailbox: Mailbox) -> None:
    record = {"id": "zoe", "full_name": "Zoe Lee", "email": "zoe@example.org"}
    await keep_copies(mailing.app[STORE], [envelope("sales.contact.created", "contacts", record)])
    path = await drafted(mailing, {"role": "to", "collection": "contacts", "id": "zoe"})

    await mailing.post(f"{path}/send", {})

    assert (await settled(mailing, path))["parties"][0]["email"] == "zoe@example.org"
    assert (await mailbox.first())["To"] == "Zoe Lee <zoe@example.org>"


async def test_an_answer_stands_in_the_thread_of_what_it_answers(mailing: Running, mailbox: Mailbox) -> None:
    first = await drafted(mailing)
    await mailing.post(f"{first}/send", {})
    one = await settled(mailing, first)
    second = await drafted(mailing, reply_to_id=one["id"])
    await mailing.post(f"{second}/send", {})
    two = await settled(mailing, second)

    assert (two["thread_id"], two["in_reply_to"]) == (one["id"], one["message_id"])
    assert mailbox.mails[-1]["References"] == one["message_id"]


async def test_html_and_a_file_go_with_it(mailing: Running, mailbox: Mailbox) -> None:
    path = await drafted(mailing)
    html = '<p onclick="x()">Dear <b>Ana</b><script>alert(1)</script></p>' + "<p>long</p>" * 30_000
    _, written = await mailing.request("PUT", f"{path}/body", {"html": html})
    form = FormData({"content_type": "application/pdf"}, quote_fields=False)
    form.add_field("file", BytesIO(b"%PDF-" + b"0" * 10 * 1024 * 1024), filename="Offer é.pdf")
    token = {"Authorization": f"Bearer {mailing.identities.token('administrator')}"}
    async with mailing.session.post(f"{mailing.url}{path}/attachments", data=form, headers=token) as response:
        assert response.status == 200, await response.text()
        attached = (await response.json())["attachments"][0]

    _, body = await mailing.get(f"{path}/body")
    await mailing.post(f"{path}/send", {})
    await settled(mailing, path)
    mail = await mailbox.first()

    assert written["body_size"] > 300_000
    assert written["description"].startswith("Dear Ana\nlong")
    assert body["html"].startswith("<p>Dear <b>Ana</b></p><p>long</p>")
    file = next(iter(mail.iter_attachments()))
    assert (file.get_filename(), len(file.get_content())) == ("Offer é.pdf", attached["size"])
    async with mailing.session.get(f"{mailing.url}{path}/attachments/{attached['id']}", headers=token) as response:
        assert await response.read() == file.get_content()
        assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Offer%20%C3%A9.pdf"
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("parties", "pointer"),
    [
        ([], "/parties"),
        ([{"role": "to", "name": "Somebody"}], "/parties/0/email"),
        ([BOB | {"role": "sender"}], "/parties"),
    ],
)
async def test_whom_nobody_can_write_to_is_refused(
    mailing: Running, mailbox: Mailbox, parties: list[dict[str, str]], pointer: str
) -> None:
    _, email = await mailing.post(PATH, {"type": "email", "subject": "x", "parties": parties})

    status, problem = await mailing.post(f"{PATH}/{email['id']}/send", {})

    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)


async def test_only_e_mails_are_sent_and_only_once(mailing: Running, mailbox: Mailbox) -> None:
    _, task = await mailing.post(PATH, {"type": "task", "subject": "x"})
    path = await drafted(mailing)
    await mailing.post(f"{path}/send", {})
    await settled(mailing, path)

    assert (await mailing.post(f"{PATH}/{task['id']}/send", {}))[1]["code"] == "not_an_email"
    status, problem = await mailing.post(f"{path}/send", {})
    assert (status, problem["code"]) == (409, "not_a_draft")
    assert (await mailing.get(f"{PATH}/{task['id']}/body"))[1]["code"] == "not_an_email"
