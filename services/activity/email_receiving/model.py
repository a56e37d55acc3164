"""An e-mail that came in, as far as it can be read, and what it is to what is known already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pydantic import TypeAdapter, ValidationError

from libs.contracts.activity import ActivityState, Direction, PartyRole
from libs.contracts.emails import DeliveryOutcome
from libs.contracts.values import Moment, Reference
from libs.domain import people
from libs.domain.attachments import Attachment
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.email import (
    BOUNCED,
    MOST_REFERENCES,
    UNMATCHED,
    Delivery,
    Email,
)
from services.activity.activities.model.parties import MOST_PARTIES, Party
from services.activity.invitations.model import Answer

_LONGEST_SUBJECT: Final = 200
_LONGEST_NAME: Final = 300
_EMAIL: Final = TypeAdapter[str](people.Email)


class Outcome(StrEnum):
    """What became of a mail that the mailbox has accepted."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    OWN = "own"
    """A copy of what was sent from here."""
    ERASED = "erased"
    """It told of a person who was erased before anybody had looked at it: nothing is left to make a record of."""


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Somebody in a header: an address, which may be none that mail reaches, and a name."""

    address: str
    name: str | None = None

    def party(self, role: PartyRole, known: Reference | None) -> Party | None:
        """As they take part; None for one who has neither name nor address."""
        email, name = email_of(self.address), self.name or (known.name if known else None) or self.address
        if not (email or name):
            return None
        collection, id_ = (known.collection, known.id) if known else (None, None)
        return Party(role=role, email=email, name=name[:_LONGEST_NAME] or None, collection=collection, id=id_)


@dataclass(frozen=True, slots=True)
class Bounced:
    """For whom a mail could not be delivered (RFC 3464)."""

    address: str
    code: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Attached:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What a mail says. `automatic`: a machine wrote it (RFC 3834); `about` is the Message-ID that a bounce names.

    `answers` are what calendars say in it to invitations, whoever it comes from.
    """

    message_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    subject: str = ""
    sender: Correspondent | None = None
    to: tuple[Correspondent, ...] = ()
    cc: tuple[Correspondent, ...] = ()
    text: str | None = None
    html: str | None = None
    files: tuple[Attached, ...] = ()
    automatic: bool = False
    bounced: tuple[Bounced, ...] = ()
    about: str | None = None
    answers: tuple[Answer, ...] = ()

    @property
    def correspondents(self) -> Iterator[tuple[PartyRole, Correspondent]]:
        if self.sender is not None:
            yield PartyRole.SENDER, self.sender
        yield from ((PartyRole.TO, each) for each in self.to)
        yield from ((PartyRole.CC, each) for each in self.cc)

    @property
    def addresses(self) -> frozenset[str]:
        found = (email_of(each.address) for _, each in self.correspondents)
        return frozenset(address for address in found if address)

    @property
    def answered(self) -> tuple[str, ...]:
        """The Message-IDs that it may answer, the likeliest first."""
        named = [self.about, self.in_reply_to, *reversed(self.references)]
        return tuple(dict.fromkeys(each for each in named if each))


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about an incoming mail: what it answers, an e-mail or an invitation, and who takes part."""

    parent: Email | None = None
    invited_to: Activity | None = None
    people: dict[str, Reference] = field(default_factory=dict)
    owner_id: str | None = None

    @property
    def answered(self) -> Activity | None:
        return self.parent or self.invited_to

    @property
    def thread_id(self) -> str | None:
        """All about an appointment is one thread, as is all that follows an e-mail."""
        return (self.parent.thread_id if self.parent else None) or (self.answered.id if self.answered else None)


def email_of(address: str) -> str | None:
    """An address that mail can be sent to, None for anything else."""
    try:
        return _EMAIL.validate_python(address.strip())
    except ValidationError:
        return None


def received(incoming: Incoming, known: Known, files: Sequence[Attachment], *, id: str, at: Moment) -> Email:
    """The record of a mail that came in. One that nobody knows what it is about is open, and waits for somebody."""
    parties = (
        each.party(role, known.people.get(email_of(each.address) or "")) for role, each in incoming.correspondents
    )
    sender = known.people.get(email_of(incoming.sender.address) or "") if incoming.sender else None
    answered = known.answered
    regarding = answered.regarding if answered and answered.regarding else _customer(sender)
    matched = answered is not None or sender is not None
    before = incoming.references or ((incoming.in_reply_to,) if incoming.in_reply_to else ())
    email = Email(
        id=id,
        direction=Direction.INCOMING,
        state=ActivityState.COMPLETED if matched else ActivityState.OPEN,
        status_reason=None if matched else UNMATCHED,
        subject=_subject(incoming.subject),
        regarding=regarding,
        parties=tuple(party for party in parties if party is not None)[:MOST_PARTIES],
        owner_id=answered.owner_id if answered else known.owner_id,
        reply_to_id=known.parent.id if known.parent else None,
        message_id=incoming.message_id,
        attachments=tuple(files),
        automatic=incoming.automatic or known.invited_to is not None,
        in_reply_to=incoming.in_reply_to,
        references=(*before[:1], *before[1:][-MOST_REFERENCES + 1 :]),
        thread_id=known.thread_id or id,
    )
    return email.begun(at=at)


def _customer(sender: Reference | None) -> Reference | None:
    return sender if sender is not None and sender.collection != "users" else None


def _subject(subject: str) -> str:
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in subject).split())
    if len(line) > _LONGEST_SUBJECT:
        return f"{line[: _LONGEST_SUBJECT - 1]}…"
    return line or "(no subject)"


def bounced(email: Email, incoming: Incoming, *, at: Moment) -> Email:
    """The mail that came back for some; once it did for everybody, it has `bounced`."""
    back = {(email_of(each.address) or each.address): each for each in incoming.bounced}
    deliveries = tuple(
        _returned(each, back[each.email], at) if each.email in back else each for each in email.deliveries
    )
    gone = email.state is ActivityState.COMPLETED and not any(
        each.outcome is DeliveryOutcome.TAKEN for each in deliveries
    )
    return email.evolve(deliveries=deliveries, **({"status_reason": BOUNCED} if gone else {}))


def _returned(delivery: Delivery, back: Bounced, at: Moment) -> Delivery:
    return delivery.model_copy(
        update={"outcome": DeliveryOutcome.BOUNCED, "code": back.code, "detail": back.detail, "at": at}
    )
