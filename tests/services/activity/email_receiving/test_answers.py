"""What attendees answer to invitations arrives by mail, and is taken over."""

from typing import Any

import pytest
import vobject

from tests.services.activity.conftest import INBOX
from tests.services.activity.email_receiving.conftest import PATH, Post
from tests.services.activity.email_receiving.test_conversation import mail
from tests.support.waiting import eventually

EVA, MAX, COPY = "eva@example.net", "max@example.net", "copy@example.net"
PARTIES = [{"role": "required", "email": EVA}, {"role": "optional", "email": MAX}, {"role": "cc", "email": COPY}]


async def visit(post: Post) -> dict[str, Any]:
    when = {"start": "2027-03-16T08:00:00Z", "end": "2027-03-16T09:00:00Z"}
    body = {"type": "appointment", "subject": "Visit", "parties": PARTIES, **when}
    _, made = await post.service.post(PATH, body)
    return dict(made)


def answer(
    message_id: str,
    uid: str,
    *,
    says: str = "ACCEPTED",
    attendee: str = EVA,
    sender: str = EVA,
    method: str = "REPLY",
    stamp: str = "20270301T080000Z",
    lines: tuple[str, ...] = (),
) -> bytes:
    """As calendar programs answer: a text for people, and the calendar beside it."""
    said = (f"UID:{uid}", f"DTSTAMP:{stamp}", f"ATTENDEE;PARTSTAT={says}:mailto:{attendee}", *lines)
    event = ("BEGIN:VEVENT", *said, "DTSTART:20270316T080000Z", "END:VEVENT")
    calendar = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", f"METHOD:{method}", *event, "END:VCALENDAR")
    head = ("Subject: Answer: Visit", "MIME-Version: 1.0", "Content-Type: multipart/alternative; boundary=x")
    parts = ("--x", "Content-Type: text/plain", "", "See you", "--x")
    text = "\r\n".join((*parts, f"Content-Type: text/calendar; method={method}", "", *calendar, "--x--"))
    return mail(message_id, *head, sender=sender, text=text)


async def said(post: Post, id_: str) -> list[str]:
    status, now = await post.service.get(f"{PATH}/{id_}")
    assert status == 200
    return [party["response"] for party in now["parties"]]


async def test_an_invitation_that_was_sent_is_answered_by_mail(post: Post) -> None:
    made = await visit(post)
    await post.service.post(f"{PATH}/{made['id']}/invite")

    async def invited() -> Any:
        return next((each for each in post.outside.mails if each["Subject"] == "Invitation: Visit"), None)

    [part] = [each for each in (await eventually(invited)).walk() if each.get_content_type() == "text/calendar"]
    event = vobject.readOne(part.get_content()).vevent
    assert event.organizer.value == f"mailto:{INBOX}"

    await post.deliver(answer("<answer-of-eva@example.net>", event.uid.value))
    email = await post.email("<answer-of-eva@example.net>")

    assert await said(post, made["id"]) == ["accepted", "none", "none"]
    assert (email["state"], email["thread_id"], email["description"]) == ("completed", made["id"], "See you")
    assert email["automatic"]
    [file] = email["attachments"]
    assert file["content_type"] == "text/calendar"


@pytest.mark.parametrize(
    ("name", "forged"),
    [
        ("of a stranger", {"attendee": "mallory@example.net", "sender": "mallory@example.net"}),
        ("in the name of another", {"sender": MAX}),
        ("of one who was not asked", {"attendee": COPY, "sender": COPY}),
        ("that proposes another time", {"method": "COUNTER"}),
        ("of an unknown kind", {"method": "X-REPLY"}),
        ("to one occurrence alone", {"lines": ("RECURRENCE-ID:20270316T080000Z",)}),
    ],
)
async def test_what_is_no_answer_of_somebody_invited_is_mail_and_changes_nothing(
    post: Post, name: str, forged: dict[str, Any]
) -> None:
    made, message_id = await visit(post), f"<{name.replace(' ', '-')}@example.net>"

    await post.deliver(answer(message_id, f"{made['id']}@tandem", **forged))

    assert (await post.email(message_id))["description"] == "See you"
    assert await post.service.get(f"{PATH}/{made['id']}") == (200, made)


async def test_of_several_answers_the_last_one_counts_in_whatever_order_they_come(post: Post) -> None:
    made = await visit(post)
    uid = f"{made['id']}@tandem"
    first = answer("<first@example.net>", uid, stamp="20260301T080000Z")
    last = answer("<last@example.net>", uid, says="DECLINED", stamp="20260301T090000Z")

    await post.deliver(last)
    await post.email("<last@example.net>")
    await post.deliver(first)
    await post.email("<first@example.net>")
    await post.imap.deliver(last)  # another copy, from another mailbox
    await post.stored("<last@example.net>", 2)

    _, now = await post.service.get(f"{PATH}/{made['id']}")
    assert (now["version"], now["parties"][0]["response"]) == (2, "declined")
    assert now["parties"][0]["responded_at"] == "2026-03-01T09:00:00Z"
