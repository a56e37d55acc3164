"""Who takes part in an activity, and in which role."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, Self

from pydantic import model_validator

from libs.contracts.activity import PartyResponse, PartyRole
from libs.contracts.values import Moment
from libs.domain.people import Somebody
from libs.domain.refusals import InvalidFields

MOST_PARTIES: Final = 200

INVITED: Final = frozenset({PartyRole.REQUIRED, PartyRole.OPTIONAL, PartyRole.ORGANIZER, PartyRole.RESOURCE})
"""The roles of those who are asked whether they come."""

_ONE_ONLY: Final = frozenset({PartyRole.SENDER, PartyRole.ORGANIZER, PartyRole.OWNER})


class Party(Somebody):
    """A record of any service, an address, or both. Their own calendar said `responded_at` what the response is."""

    role: PartyRole
    response: PartyResponse = PartyResponse.NONE
    responded_at: Moment | None = None

    @model_validator(mode="after")
    def _is_somebody(self) -> Self:
        if not (self.id or self.email or self.phone or self.name):
            raise ValueError("a party is a record, or has an email, a phone or a name")
        if self.response is not PartyResponse.NONE and self.role not in INVITED:
            raise ValueError(f"nobody is invited as {self.role}")
        return self


def refuse_rivals(parties: Sequence[Party]) -> None:
    """Raises `InvalidFields` for a second one in a role that only one can have."""
    held = Counter[PartyRole]()
    for number, party in enumerate(parties):
        held[party.role] += 1
        if party.role in _ONE_ONLY and held[party.role] > 1:
            raise InvalidFields.at(f"/parties/{number}/role", "taken", f"there is one {party.role} at most")
