"""The API key: how a program acts for a user."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from libs.contracts.sign_ins import ApiKeyRevoked, EndReason
from libs.contracts.values import Moment
from libs.domain.fields import GUARDED, INDEXED, LISTED, SEARCHED, Line, Lookup
from libs.domain.moves import Moves
from libs.domain.record import Record
from services.identity.users.model import RoleId


class ApiKeyState(StrEnum):
    ACTIVE = "active"
    REVOKED = "revoked"


MOVES: Final = Moves({ApiKeyState.ACTIVE: {"revoke": ApiKeyState.REVOKED}})


class ApiKey(Record, collection="api_keys", aggregate="identity.api_key"):
    """`roles` narrow what the key may do to some of its user's roles; empty means all of them."""

    state: Annotated[ApiKeyState, GUARDED, LISTED] = ApiKeyState.ACTIVE
    user_id: Annotated[str, GUARDED, INDEXED, Lookup.to("users")]
    name: Annotated[Line, LISTED, SEARCHED]
    roles: tuple[RoleId, ...] = ()
    expires_at: Annotated[Moment | None, LISTED] = None
    ended_at: Annotated[Moment | None, GUARDED, LISTED] = None

    def works(self, at: datetime) -> bool:
        return self.state is ApiKeyState.ACTIVE and (self.expires_at is None or at < self.expires_at)


def revoke(key: ApiKey, reason: EndReason, *, at: datetime) -> tuple[ApiKey, ApiKeyRevoked]:
    state = MOVES.after("revoke", state=key.state)
    return key.evolve(state=state, status_reason=reason.value, ended_at=at), ApiKeyRevoked()


def roles_of(key: ApiKey, user_roles: tuple[str, ...]) -> tuple[str, ...]:
    """What the key may do now: never more than its user."""
    return user_roles if not key.roles else tuple(role for role in user_roles if role in key.roles)
