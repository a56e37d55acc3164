"""Invitations as they arrive in a mailbox."""

from email.message import EmailMessage
from typing import Any

import pytest
import vobject

from services.activity.email_sending.model import MOST_RECIPIENTS
from tests.services.activity.conftest import INBOX
from tests.support.mailbox import Mailbox
from tests.support.services import Running
from tests.support.waiting import eventually

PATH = "/api/v1/activities"
EVA, MAX = "eva@example.org", "max@example.org"
VISIT: dict[str, Any] = {
    "type": "appointment",
    "subject": "Visit",
    "start": "2027-03-16T08:00:00Z",
    "end": "2027-03-16T09:00:00Z",
    "place": "Room 1",
    "parties": [
        {"role": "required", "email": EVA},
        {"role": "optional", "email": MAX},
        {"role": "cc", "email": "copy@example.org"},
    ],
}


def event_in(mail: EmailMessage) -> tuple[str, Any]:
    """The method of the calendar in a mail, and its event."""
    [part] = [each for each in mail.walk() if each.get_content_type() == "text/calendar"]
    calendar = vobject.readOne(part.get_content())
    assert calendar.method.value == part.get_param("method")
    return calendar.method.value, calendar.vevent


async def made(mailing: Running, **given: Any) -> str:
    _, visit = await mailing.post(PATH, {**VISIT, **given})
    return f"{PATH}/{visit['id']}"


async def correspondence(mailing: Running, path: str) -> list[dict[str, Any]]:
    """The e-mails about an appointment, oldest first."""
    id_ = path.rpartition("/")[2]
    _, page = await mailing.get(f"{PATH}?$filter=thread_id eq '{id_}'&$orderby=created_at")
    return list(page["value"])


async def test_those_who_are_asked_to_come_get_an_invitation(mailing: Running, mailbox: Mailbox) -> None:
    chair = {"role": "organizer", "name": "Ida Ito", "email": "ida@example.org"}
    path = await made(mailing, parties=[*VISIT["parties"], chair])

    status, job = await mailing.post(f"{path}/invite")
    [mail] = await mailbox.so_many(1)

    assert (status, job["kind"], job["total"]) == (202, "invitation_mails", 2)
    assert (mail["To"], mail["Subject"]) == (f"{EVA}, {MAX}", "Invitation: Visit")
    assert str(mail["From"]).startswith("Ida Ito <")
    method, event = event_in(mail)
    assert (method, event.summary.value, event.location.value, event.status.value) == (
        "REQUEST",
        "Visit",
        "Room 1",
        "CONFIRMED",
    )
    assert [each.value for each in event.contents["attendee"]] == [f"mailto:{EVA}", f"mailto:{MAX}"]
    assert (event.organizer.value, event.organizer.cn_param) == (f"mailto:{INBOX}", "Ida Ito")


async def test_an_invitation_is_an_e_mail_that_is_asked_for_until_it_is_decided(
    mailing: Running, mailbox: Mailbox
) -> None:
    mailbox.answers = {EVA: ["451 later"], MAX: ["550 gone"]}
    path = await made(mailing)

    await mailing.post(f"{path}/invite")

    async def decided() -> list[dict[str, Any]] | None:
        emails = await correspondence(mailing, path)
        return emails if emails and emails[0]["state"] == "completed" else None

    [email] = await eventually(decided)
    assert (email["subject"], email["status_reason"]) == ("Invitation: Visit", "sent_in_part")
    assert {each["email"]: each["outcome"] for each in email["deliveries"]} == {EVA: "taken", MAX: "refused"}


@pytest.mark.parametrize("written", ["body", "description"])
async def test_an_invitation_that_came_to_nobody_is_still_one_whatever_is_written_in_it(
    mailing: Running, mailbox: Mailbox, written: str
) -> None:
    mailbox.answers = {EVA: ["550 gone"]}
    path = await made(mailing, parties=[{"role": "required", "email": EVA}])
    await mailing.post(f"{path}/invite")

    async def failed() -> dict[str, Any] | None:
        emails = await correspondence(mailing, path)
        return emails[0] if emails and emails[0]["status_reason"] == "failed" else None

    draft = f"{PATH}/{(await eventually(failed))['id']}"
    if written == "body":
        status, _ = await mailing.request("PUT", f"{draft}/body", {"html": "<p>Please come</p>"})
    else:
        status, _ = await mailing.patch(draft, {"description": "Please come"})
    _, body = await mailing.get(f"{draft}/body")
    await mailing.post(f"{draft}/send", {})
    [mail] = await mailbox.so_many(1)

    assert (status, body["calendar"]["method"], event_in(mail)[0]) == (200, "REQUEST", "REQUEST")
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().strip() == "Please come"


async def test_no_mail_is_to_more_than_may_be_in_one(mailing: Running, mailbox: Mailbox) -> None:
    many = [{"role": "required", "email": f"guest-{number}@example.org"} for number in range(MOST_RECIPIENTS + 1)]
    path = await made(mailing, parties=many)

    await mailing.post(f"{path}/invite")
    await mailbox.so_many(2)

    asked = sorted(len(recipients) for _, recipients in mailbox.envelopes)
    assert asked == [1, MOST_RECIPIENTS]


async def test_a_change_is_sent_with_a_higher_sequence_and_who_is_not_asked_any_more_hears_so(
    mailing: Running, mailbox: Mailbox
) -> None:
    path = await made(mailing)
    await mailing.post(f"{path}/invite")
    first = event_in((await mailbox.so_many(1))[0])[1]
    mailbox.empty()

    await mailing.patch(path, {"place": "Room 2", "parties": [{"role": "required", "email": EVA}]})
    await mailing.post(f"{path}/invite")

    mails = await mailbox.so_many(2)
    to_eva, to_max = (event_in(mail) for mail in mails)
    assert [mail["To"] for mail in mails] == [EVA, MAX]
    assert (to_eva[0], to_eva[1].location.value, to_max[0]) == ("REQUEST", "Room 2", "CANCEL")
    assert to_eva[1].uid.value == to_max[1].uid.value == first.uid.value
    assert int(to_eva[1].sequence.value) > int(first.sequence.value)


@pytest.mark.parametrize("ending", ["cancel", "delete"])
async def test_what_does_not_take_place_is_told_to_those_who_were_invited(
    mailing: Running, mailbox: Mailbox, ending: str
) -> None:
    path = await made(mailing)
    await mailing.post(f"{path}/invite")
    await mailbox.so_many(1)
    mailbox.empty()

    await (mailing.post(f"{path}/cancel", {}) if ending == "cancel" else mailing.delete(path))

    [mail] = await mailbox.so_many(1)
    method, event = event_in(mail)
    assert (mail["To"], method, event.status.value) == (f"{EVA}, {MAX}", "CANCEL", "CANCELLED")


async def test_who_cannot_be_invited_is_told(mailing: Running) -> None:
    lonely, over = await made(mailing, parties=[]), await made(mailing)
    await mailing.post(f"{over}/complete", {})
    _, call = await mailing.post(PATH, {"type": "phone_call", "subject": "Renewal"})

    refused = [(await mailing.post(f"{path}/invite"))[1]["code"] for path in (lonely, over, f"{PATH}/{call['id']}")]

    assert refused == ["invalid_fields", "move_not_allowed", "not_an_appointment"]


async def test_nothing_is_told_where_nobody_was_invited(mailing: Running, mailbox: Mailbox) -> None:
    path, invited = await made(mailing), await made(mailing)

    await mailing.post(f"{path}/cancel", {})
    await mailing.post(f"{invited}/invite")

    [mail] = await mailbox.so_many(1)
    assert mail["Subject"] == "Invitation: Visit"
