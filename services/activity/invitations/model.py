"""Invitations to appointments by mail (iTIP, RFC 5546): whom they go to, and what they say."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pydantic import AwareDatetime, BaseModel

from libs.contracts.activity import PartyRole
from libs.domain.refusals import InvalidFields, Refusal
from services.activity.activities.model.appointment import Meeting
from services.activity.activities.model.parties import INVITED

LASTS: Final = timedelta(days=3)
"""How long the mail server is asked to take a mail."""


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


_SUBJECTS: Final = {Method.REQUEST: "Invitation: {}", Method.CANCEL: "Canceled: {}"}


class NotAnAppointment(Refusal):
    """People are invited to appointments alone."""

    code = "not_an_appointment"

    def __init__(self) -> None:
        super().__init__("people are invited to appointments, and to nothing else")


class MailLapsed(Refusal):
    """The mail server has not taken a mail for days."""

    code = "mail_lapsed"


class InvitationMails(BaseModel):
    """The same to everybody in `to`; each mail is known by `mail_id` and its place, however often it is sent."""

    activity_id: str
    method: Method
    to: tuple[str, ...]
    mail_id: str
    at: AwareDatetime

    def message_id(self, place: int) -> str:
        return f"<{self.mail_id}.{place}@tandem>"

    def has_lapsed(self, at: datetime) -> bool:
        return at - self.at > LASTS


def addresses_of(meeting: Meeting) -> tuple[str, ...]:
    """Whom to invite, each once; raises `InvalidFields` where nobody has an address."""
    asked = INVITED - {PartyRole.ORGANIZER}
    found = tuple(dict.fromkeys(each.email for each in meeting.parties if each.email and each.role in asked))
    if not found:
        raise InvalidFields.at(
            "/parties", "nobody_to_invite", "nobody who is required or optional has an e-mail address"
        )
    return found


def subject_of(meeting: Meeting, method: Method) -> str:
    """One line, whatever the subject of the appointment is."""
    return _SUBJECTS[method].format(" ".join(meeting.subject.split()))


def text_of(meeting: Meeting) -> str:
    """What those read whose programs know nothing of calendars."""
    begins, ends = (each.astimezone(meeting.zone) for each in (meeting.start, meeting.end))
    lines = [meeting.subject, "", f"{begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M} ({meeting.time_zone})"]
    return "\n".join([*lines, *(each for each in (meeting.place, "", meeting.agenda) if each is not None), ""])
