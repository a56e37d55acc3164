"""An e-mail on its way: whom it goes to, what the mail server said about each, and when it is tried again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from libs.contracts.activity import PartyRole
from libs.contracts.emails import DeliveryOutcome
from libs.contracts.values import Moment, Value
from libs.domain.refusals import InvalidFields
from services.activity.activities.model.email import Delivery
from services.activity.activities.model.parties import Party

RECIPIENTS: Final = (PartyRole.TO, PartyRole.CC, PartyRole.BCC)
MOST_RECIPIENTS: Final = 100
_LONGEST_DETAIL: Final = 500


class SendEmail(Value):
    """Now, or at a time to come."""

    at: Moment | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a mail server said, by its code (RFC 5321)."""

    code: int
    text: str

    @property
    def taken(self) -> bool:
        return 200 <= self.code < 300

    @property
    def final(self) -> bool:
        """Whether asking again makes no difference."""
        return self.taken or self.code >= 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the mail server is asked. `chance` is a number from 0 to 1 that spreads what would happen at once."""

    first_pause: timedelta = timedelta(seconds=10)
    longest_pause: timedelta = timedelta(hours=1)
    give_up_after: timedelta = timedelta(days=2)

    def pause(self, attempts: int, *, chance: float) -> timedelta:
        """Twice as long after each attempt."""
        pause = min(self.first_pause * float(2 ** min(attempts - 1, 20)), self.longest_pause)
        return pause * (0.75 + chance / 2)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an e-mail is: `waiting` are those for whom the mail server has not decided."""

    waiting: tuple[str, ...]
    settled: tuple[Delivery, ...] = ()

    @property
    def is_over(self) -> bool:
        return not self.waiting

    def after(self, replies: Mapping[str, Reply], *, at: datetime, hopeless: bool) -> "Progress":
        """The progress with what was said of some recipients; where it is `hopeless`, the rest is given up."""
        done = {address: reply for address, reply in replies.items() if reply.final or hopeless}
        settled = tuple(_delivery(address, done[address], at) for address in self.waiting if address in done)
        waiting = tuple(address for address in self.waiting if address not in done)
        return Progress(waiting, (*self.settled, *settled))


def _delivery(address: str, reply: Reply, at: datetime) -> Delivery:
    if reply.taken:
        return Delivery(email=address, outcome=DeliveryOutcome.TAKEN, at=at)
    return Delivery(
        email=address,
        outcome=DeliveryOutcome.REFUSED,
        code=str(reply.code),
        detail=reply.text[:_LONGEST_DETAIL] or None,
        at=at,
    )


def addressed(parties: Sequence[Party], known: Mapping[str, str]) -> tuple[Party, ...]:
    """The parties, each recipient with an address: its own, or the one `known` of its record (`<collection>/<id>`).

    Raises `InvalidFields` where a recipient has none, or there is nobody to write to.
    """
    found = []
    for number, party in enumerate(parties):
        address = party.email or known.get(f"{party.collection}/{party.id}")
        if address is None and party.role in RECIPIENTS:
            raise InvalidFields.at(
                f"/parties/{number}/email", "missing", "no e-mail address is known of this recipient"
            )
        found.append(party.model_copy(update={"email": address}))
    count = len(recipients_of(found))
    if not 0 < count <= MOST_RECIPIENTS:
        raise InvalidFields.at("/parties", "recipients", f"1 to {MOST_RECIPIENTS} recipients are wanted, in {_ROLES}")
    return tuple(found)


_ROLES: Final = ", ".join(RECIPIENTS)


def recipients_of(parties: Iterable[Party]) -> tuple[str, ...]:
    """Every address once, in the order of the parties."""
    return tuple(dict.fromkeys(party.email for party in parties if party.role in RECIPIENTS and party.email))
