"""Invitations as they arrive in a mailbox."""

from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any

import pytest
import vobject

from services.activity.app import SERVICE
from tests.support.mailbox import Mailbox, arriving
from tests.support.services import Running, running
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


@pytest.fixture(scope="module")
async def box() -> Mailbox:
    return Mailbox()


@pytest.fixture(scope="module")
async def activity(mongo_url: str, amqp_url: str, shared_database: str, box: Mailbox) -> AsyncIterator[Running]:
    async with (
        arriving(box) as smtp_url,
        running(SERVICE, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database, smtp_url=smtp_url) as up,
    ):
        yield up


@pytest.fixture(autouse=True)
def _emptied(box: Mailbox) -> None:
    box.empty()


async def arrived(box: Mailbox, number: int) -> list[EmailMessage]:
    async def so_many() -> list[EmailMessage] | None:
        return box.mails if len(box.mails) >= number else None

    mails = await eventually(so_many) or []
    assert len(mails) == number
    return sorted(mails, key=lambda mail: (str(mail["To"]), str(mail["Subject"])))


def event_in(mail: EmailMessage) -> tuple[str, Any]:
    """The method of the calendar in a mail, and its event."""
    [part] = [each for each in mail.walk() if each.get_content_type() == "text/calendar"]
    calendar = vobject.readOne(part.get_content())
    assert calendar.method.value == part.get_param("method")
    return calendar.method.value, calendar.vevent


async def made(activity: Running, **given: Any) -> str:
    _, visit = await activity.post(PATH, {**VISIT, **given})
    return f"{PATH}/{visit['id']}"


async def test_those_who_are_asked_to_come_get_an_invitation(activity: Running, box: Mailbox) -> None:
    path = await made(activity)

    status, job = await activity.post(f"{path}/invite")
    mails = await arrived(box, 2)

    assert (status, job["kind"], job["total"]) == (202, "invitation_mails", 2)
    assert [(mail["To"], mail["Subject"]) for mail in mails] == [(EVA, "Invitation: Visit"), (MAX, "Invitation: Visit")]
    method, event = event_in(mails[0])
    assert (method, event.summary.value, event.location.value, event.status.value) == (
        "REQUEST",
        "Visit",
        "Room 1",
        "CONFIRMED",
    )
    assert [each.value for each in event.contents["attendee"]] == [f"mailto:{EVA}", f"mailto:{MAX}"]
    assert event.organizer.value.startswith("mailto:")


async def test_a_change_is_sent_with_a_higher_sequence_and_who_is_not_asked_any_more_hears_so(
    activity: Running, box: Mailbox
) -> None:
    path = await made(activity)
    await activity.post(f"{path}/invite")
    first = event_in((await arrived(box, 2))[0])[1]
    box.empty()

    await activity.patch(path, {"place": "Room 2", "parties": [{"role": "required", "email": EVA}]})
    await activity.post(f"{path}/invite")

    to_eva, to_max = (event_in(mail) for mail in await arrived(box, 2))
    assert (to_eva[0], to_eva[1].location.value, to_max[0]) == ("REQUEST", "Room 2", "CANCEL")
    assert to_eva[1].uid.value == to_max[1].uid.value == first.uid.value
    assert int(to_eva[1].sequence.value) > int(first.sequence.value)


@pytest.mark.parametrize("ending", ["cancel", "delete"])
async def test_what_does_not_take_place_is_told_to_those_who_were_invited(
    activity: Running, box: Mailbox, ending: str
) -> None:
    path = await made(activity)
    await activity.post(f"{path}/invite")
    await arrived(box, 2)
    box.empty()

    await (activity.post(f"{path}/cancel", {}) if ending == "cancel" else activity.delete(path))

    method, event = event_in((await arrived(box, 2))[0])
    assert (method, event.status.value) == ("CANCEL", "CANCELLED")


async def test_who_cannot_be_invited_is_told(activity: Running) -> None:
    lonely, over = await made(activity, parties=[]), await made(activity)
    await activity.post(f"{over}/complete", {})
    _, call = await activity.post(PATH, {"type": "phone_call", "subject": "Renewal"})

    refused = [(await activity.post(f"{path}/invite"))[1]["code"] for path in (lonely, over, f"{PATH}/{call['id']}")]

    assert refused == ["invalid_fields", "move_not_allowed", "not_an_appointment"]


async def test_nothing_is_told_where_nobody_was_invited(activity: Running, box: Mailbox) -> None:
    path, invited = await made(activity), await made(activity)

    await activity.post(f"{path}/cancel", {})
    await activity.post(f"{invited}/invite")

    assert {mail["Subject"] for mail in await arrived(box, 2)} == {"Invitation: Visit"}
