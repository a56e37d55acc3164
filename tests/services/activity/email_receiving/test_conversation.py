"""A conversation over real SMTP and IMAP: sent, answered, threaded, bounced, doubled, and filed."""

from base64 import encodebytes
from typing import Any

from libs.store.files import Files
from libs.web.executing import STORE
from services.activity.email_receiving.store import RAW
from tests.services.activity.email_receiving.broken import SAMPLES
from tests.services.activity.email_receiving.conftest import PATH, Post
from tests.support.waiting import eventually


def mail(message_id: str, *lines: str, sender: str = "ana@example.com", text: str = "Yes, please") -> bytes:
    head = [f"From: Ana <{sender}>", "To: inbox@example.org", f"Message-ID: {message_id}", *lines]
    return ("\r\n".join([*head, "", text]) + "\r\n").encode()


async def sent(post: Post, to: str = "ana@example.com", **fields: Any) -> dict[str, Any]:
    """An e-mail that the customer's server has taken."""
    body = {"type": "email", "subject": "Your offer", "parties": [{"role": "to", "email": to}], **fields}
    _, draft = await post.service.post(PATH, body)
    path = f"{PATH}/{draft['id']}"
    await post.service.post(f"{path}/send", {})

    async def completed() -> dict[str, Any] | None:
        _, email = await post.service.get(path)
        return email if email["state"] == "completed" else None

    return await eventually(completed)


async def test_an_answer_joins_the_thread_by_its_references(post: Post) -> None:
    email = await sent(post)
    reply = mail("<answer-1@example.com>", f"In-Reply-To: {email['message_id']}", "Subject: Re: Your offer")

    await post.imap.deliver(reply)
    answer = await post.email("<answer-1@example.com>")
    again = await sent(post, reply_to_id=answer["id"])

    assert (answer["direction"], answer["state"], answer["status_reason"]) == ("incoming", "completed", "received")
    assert (answer["thread_id"], answer["reply_to_id"]) == (email["id"], email["id"])
    assert answer["description"] == "Yes, please\n"
    assert (again["thread_id"], again["in_reply_to"]) == (email["id"], "<answer-1@example.com>")
    assert again["references"] == [email["message_id"], "<answer-1@example.com>"]


async def test_an_answer_without_references_is_known_by_where_it_goes(post: Post) -> None:
    email = await sent(post)
    back = post.taken(email["message_id"])[0]["Reply-To"]

    await post.deliver(mail("<answer-2@example.com>", sender="ana@elsewhere.example"), to=back)

    assert (await post.email("<answer-2@example.com>"))["thread_id"] == email["id"]


async def test_a_stranger_waits_until_somebody_files_or_discards_it(post: Post) -> None:
    await post.known("leads", "new-lead", "lead@example.com", "New Lead")
    for number in (1, 2):
        await post.deliver(mail(f"<stranger-{number}@example.com>", "Subject: Hello", sender="s@example.com"))
    one, two = [await post.email(f"<stranger-{number}@example.com>") for number in (1, 2)]
    _, waiting = await post.service.get(f"{PATH}?$filter=type eq 'email' and status_reason eq 'unmatched'")

    regarding = {"collection": "leads", "id": "new-lead"}
    status, filed = await post.service.patch(f"{PATH}/{one['id']}", {"regarding": regarding})
    _, discarded = await post.service.post(f"{PATH}/{two['id']}/cancel", {"reason": "discarded"})

    assert {one["id"], two["id"]} <= {email["id"] for email in waiting["value"]}
    assert (status, filed["state"], filed["status_reason"]) == (200, "completed", "received")
    assert filed["regarding"] == {**regarding, "name": "New Lead"}
    assert (discarded["state"], discarded["status_reason"]) == ("canceled", "discarded")
    refused, problem = await post.service.patch(f"{PATH}/{one['id']}", {"subject": "Forged"})
    assert (refused, problem["code"]) == (409, "not_a_draft")


async def test_whom_somebody_knows_is_matched_by_address_and_it_is_announced(post: Post) -> None:
    await post.known("leads", "zoe-lead", "zoe@example.com", "Zoe as a lead")
    await post.known("contacts", "zoe", "zoe@example.com", "Zoe Lee")

    await post.deliver(mail("<zoe@example.com>", "Subject: A question", sender="Zoe@Example.com"))
    email = await post.email("<zoe@example.com>")

    assert email["regarding"] == {"collection": "contacts", "id": "zoe", "name": "Zoe Lee"}
    assert (email["owner_id"], email["status_reason"]) == ("eve", "received")

    async def announced() -> set[str] | None:
        _, timeline = await post.service.get("/api/v1/timeline/contacts/zoe")
        types = {entry["type"] for entry in timeline["value"]}
        return types if "activity.email.received" in types else None

    assert "activity.email.created" in await eventually(announced)


async def test_a_bounce_is_noted_on_what_came_back_and_a_forged_one_is_not(post: Post) -> None:
    email, other = await sent(post, "gone@example.com"), await sent(post, "gone@example.com")
    _, back = post.taken(email["message_id"])

    def report(message_id: str, about: str) -> bytes:
        return (
            f"From: MAILER-DAEMON@example.com\r\nTo: {back}\r\nMessage-ID: {message_id}\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"
            "--x\r\n\r\nSorry\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
            "Final-Recipient: rfc822; gone@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
            f"--x\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {about}\r\n--x--\r\n"
        ).encode()

    await post.deliver(report("<bounce-1@example.com>", "<unknown@example.com>"), to=back)
    forged = other["message_id"].replace(other["message_id"][30:42], "a" * 12)
    await post.deliver(report("<bounce-2@example.com>", forged).replace(back.encode(), b"inbox@example.org"))
    noted = await post.email("<bounce-1@example.com>")
    await post.email("<bounce-2@example.com>")

    bounced = (await post.service.get(f"{PATH}/{email['id']}"))[1]
    assert (bounced["state"], bounced["status_reason"]) == ("completed", "bounced")
    assert [(each["outcome"], each["code"]) for each in bounced["deliveries"]] == [("bounced", "5.1.1")]
    assert (noted["automatic"], noted["thread_id"]) == (True, email["id"])
    assert (await post.service.get(f"{PATH}/{other['id']}"))[1]["status_reason"] == "sent"


async def test_a_mail_that_comes_twice_is_stored_once_and_so_is_our_own(post: Post) -> None:
    before = (await post.traffic())["smtp"]
    email = await sent(post)
    for _ in range(3):
        await post.deliver(mail("<twice@example.com>", f"References: {email['message_id']}"))
    await post.deliver(mail(email["message_id"], "Subject: a copy of what we sent"))
    await post.stored("<twice@example.com>")

    async def settled() -> dict[str, Any] | None:
        box = (await post.traffic())["smtp"]
        return box if box["accepted"] == before["accepted"] + 4 else None

    after = await eventually(settled)
    assert len(await post.stored("<twice@example.com>")) == 1
    assert {name: after[name] - before[name] for name in ("stored", "duplicates", "own")} == {
        "stored": 1,
        "duplicates": 2,
        "own": 1,
    }


async def test_ten_megabytes_arrive_as_they_were_sent(post: Post) -> None:
    content = bytes(range(256)) * 40_960
    head = mail("<large@example.com>", "MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="x"', text="")
    lines = b"\r\n".join(encodebytes(content).splitlines())
    part = b'Content-Disposition: attachment; filename="film.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n' + lines
    raw = head + b"--x\r\nContent-Type: application/octet-stream\r\n" + part + b"\r\n--x--\r\n"

    await post.imap.deliver(raw)
    email = await post.email("<large@example.com>")

    (file,) = email["attachments"]
    assert (file["name"], file["size"]) == ("film.bin", len(content))
    token = {"Authorization": f"Bearer {post.service.identities.token('administrator')}"}
    path = f"{post.service.url}{PATH}/{email['id']}/attachments/{file['id']}"
    async with post.service.session.get(path, headers=token) as response:
        assert await response.read() == content
    assert await Files(post.service.app[STORE], RAW).read(email["id"]) == raw


async def test_broken_mail_stops_nothing_and_is_not_lost(post: Post) -> None:
    before = (await post.traffic())["smtp"]["accepted"]
    for raw in SAMPLES.values():
        await post.deliver(raw)
    await post.deliver(mail("<after-the-broken@example.com>"))
    await post.email("<after-the-broken@example.com>")

    after = (await post.traffic())["smtp"]
    assert after["accepted"] - before == len(SAMPLES) + 1
    assert after["accepted"] == after["stored"] + after["duplicates"] + after["own"]


async def test_what_lies_in_the_mailbox_is_here_and_what_was_taken_is_not_taken_again(post: Post) -> None:
    await post.imap.deliver(*(mail(f"<box-{number}@example.com>") for number in range(5)))
    await post.email("<box-4@example.com>")
    polled_at = (await post.traffic())["imap"]["polled_at"]

    async def polled_again() -> dict[str, Any] | None:
        box = (await post.traffic())["imap"]
        return box if box["polled_at"] > polled_at else None

    box = await eventually(polled_again)
    assert (box["accepted"], box["missing"]) == (box["there"], 0)
    assert box["stored"] == box["accepted"]


async def test_html_is_safe_to_show_and_long_text_lies_beside(post: Post) -> None:
    html = '<p>Hello</p><img src="https://spy.example/x.png"><script>x()</script>' + "<p>long</p>" * 5_000
    await post.deliver(mail("<html@example.com>", "Content-Type: text/html", text=html))
    email = await post.email("<html@example.com>")

    _, body = await post.service.get(f"{PATH}/{email['id']}/body")

    assert email["description"].startswith("Hello\nlong\nlong")
    assert len(email["description"]) == 10_000
    assert body["remote"]
    assert body["html"].startswith('<p>Hello</p><img data-src="https://spy.example/x.png"><p>long</p>')
