"""An e-mail as it goes over the wire (RFC 5322, MIME): the same at every attempt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final

from libs.contracts.activity import PartyRole
from libs.domain.attachments import Attachment
from services.activity.activities.model.email import Email
from services.activity.activities.model.parties import Party
from services.activity.email_contents.model import Body
from services.activity.email_sending.model import recipients_of

_WIRE: Final = SMTP.clone(cte_type="7bit", max_line_length=990)
"""Lines end at RFC 5321's 998 characters, not at 78: folding a Message-ID would encode it, and nobody would know it."""


@dataclass(frozen=True, slots=True)
class Sending:
    """From where mail goes out: `sender` as in From, `inbox` is where replies are read, None where nowhere."""

    sender: str
    inbox: str | None

    @property
    def address(self) -> str:
        return parseaddr(self.sender)[1]

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2] or "localhost"


@dataclass(frozen=True, slots=True)
class Letter:
    """The bytes of a mail, and its envelope: where a bounce goes, and whom it is for."""

    raw: bytes
    sender: str
    recipients: tuple[str, ...]


def compose(
    email: Email,
    body: Body,
    files: Sequence[tuple[Attachment, bytes]],
    sending: Sending,
    *,
    back: str | None,
    at: datetime,
) -> Letter:
    """`back` is the address with the token; without one, replies go to the party that sends, if it has an address."""
    message = EmailMessage(policy=_WIRE)
    own = next((party for party in email.parties if party.role is PartyRole.SENDER), None)
    name = (own.name if own else None) or parseaddr(sending.sender)[0]
    reply_to = back or (own.email if own else None)
    message["From"] = Address(_one_line(name), addr_spec=sending.address)
    if reply_to is not None:
        message["Reply-To"] = Address(addr_spec=reply_to)
    for header, role in (("To", PartyRole.TO), ("Cc", PartyRole.CC)):
        if addresses := [_address(party) for party in email.parties if party.role is role and party.email]:
            message[header] = addresses
    message["Subject"] = email.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = email.message_id
    if email.in_reply_to is not None:
        message["In-Reply-To"] = email.in_reply_to
    if email.references:
        message["References"] = " ".join(email.references)
    _fill(message, body, files)
    return Letter(message.as_bytes(), back or sending.address, recipients_of(email.parties))


def _fill(message: EmailMessage, body: Body, files: Sequence[tuple[Attachment, bytes]]) -> None:
    message.set_content(body.text or "")
    if body.sent is not None:
        message.add_alternative(body.sent, subtype="html")
    if body.calendar is not None:
        message.add_alternative(body.calendar.text, subtype="calendar", params={"method": body.calendar.method})
    for file, content in files:
        main, _, sub = file.content_type.partition("/")
        if main in ("multipart", "message") or not sub:
            main, sub = "application", "octet-stream"
        message.add_attachment(content, maintype=main, subtype=sub, filename=file.name)


def _address(party: Party) -> Address:
    return Address(_one_line(party.name or ""), addr_spec=party.email or "")


def _one_line(name: str) -> str:
    return " ".join(name.split())
