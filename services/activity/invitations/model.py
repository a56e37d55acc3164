"""Invitations to appointments by mail (iTIP, RFC 5546): whom they go to, what they say, and what is answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import BaseModel

from libs.contracts.activity import PartyResponse, PartyRole
from libs.domain.refusals import InvalidFields, Refusal
from services.activity.activities.model.appointment import Meeting
from services.activity.activities.model.email import Email
from services.activity.activities.model.parties import INVITED, Party
from services.activity.email_contents.model import Body

_LONGEST_SUBJECT: Final = 200


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


_SUBJECTS: Final = {Method.REQUEST: "Invitation: {}", Method.CANCEL: "Canceled: {}"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says to an invitation, and when they said so where that is told."""

    uid: str
    email: str
    response: PartyResponse
    at: datetime | None = None


class NotAnAppointment(Refusal):
    """People are invited to appointments alone."""

    code = "not_an_appointment"

    def __init__(self) -> None:
        super().__init__("people are invited to appointments, and to nothing else")


class InvitationMails(BaseModel):
    """The same mail to everybody in `to`."""

    activity_id: str
    method: Method
    to: tuple[str, ...]


def addresses_of(meeting: Meeting) -> tuple[str, ...]:
    """The addresses to invite, each once; raises `InvalidFields` where nobody has one."""
    asked = INVITED - {PartyRole.ORGANIZER}
    found = tuple(dict.fromkeys(each.email for each in meeting.parties if each.email and each.role in asked))
    if not found:
        raise InvalidFields.at(
            "/parties", "nobody_to_invite", "nobody who is required or optional has an e-mail address"
        )
    return found


def organizer_of(meeting: Meeting) -> Party | None:
    return next((each for each in meeting.parties if each.role is PartyRole.ORGANIZER), None)


def invitation_email(meeting: Meeting, method: Method, to: Sequence[str], body: Body, *, id: str) -> Email:
    """The e-mail that asks some people, or tells them of the end: all about an appointment are one thread."""
    return Email(
        id=id,
        subject=subject_of(meeting, method),
        description=body.beginning,
        body_size=body.size,
        regarding=meeting.regarding,
        parties=tuple(_correspondents(meeting, to)),
        owner_id=meeting.owner_id,
        thread_id=meeting.id,
    )


def _correspondents(meeting: Meeting, to: Sequence[str]) -> Iterator[Party]:
    """Those who are not asked any more are known by their addresses alone."""
    if (organizer := organizer_of(meeting)) is not None:
        yield organizer.model_copy(
            update={"role": PartyRole.SENDER, "response": PartyResponse.NONE, "responded_at": None}
        )
    known = {each.email: each for each in meeting.parties}
    for address in to:
        party = known.get(address) or Party(role=PartyRole.TO, email=address)
        yield Party(role=PartyRole.TO, email=address, name=party.name, collection=party.collection, id=party.id)


def subject_of(meeting: Meeting, method: Method) -> str:
    """The subject of the mail: one line, whatever the appointment's is."""
    printable = "".join(letter if letter.isprintable() else " " for letter in meeting.subject)
    return _SUBJECTS[method].format(" ".join(printable.split()))[:_LONGEST_SUBJECT]


def text_of(meeting: Meeting) -> str:
    """What those read whose programs know nothing of calendars."""
    begins, ends = (each.astimezone(meeting.zone) for each in (meeting.start, meeting.end))
    lines = [meeting.subject, "", f"{begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M} ({meeting.time_zone})"]
    return "\n".join([*lines, *(each for each in (meeting.place, "", meeting.agenda) if each is not None), ""])
