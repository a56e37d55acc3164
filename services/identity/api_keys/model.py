"""The API key: how a program acts for a user. Its secret is shown once and kept only as a hash."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from libs.contracts.identity import ApiKeyRevoked, EndReason, Role
from libs.contracts.values import Moment
from libs.domain.fields import GUARDED, INDEXED, LISTED, SEARCHED, Line, Lookup
from libs.domain.moves import Moves
from libs.domain.record import Record
from libs.domain.refusals import Unauthenticated

PREFIX: Final = "tandem"


class ApiKeyState(StrEnum):
    ACTIVE = "active"
    REVOKED = "revoked"


MOVES: Final = Moves({ApiKeyState.ACTIVE: {"revoke": ApiKeyState.REVOKED}})


class WrongApiKey(Unauthenticated):
    """One refusal for every reason, so that a guesser learns nothing."""

    def __init__(self) -> None:
        super().__init__("The API key is not valid.")


class ApiKey(Record, collection="api_keys", aggregate="identity.api_key"):
    """`roles` narrow what the key may do to some of its user's roles; empty means all of them."""

    state: Annotated[ApiKeyState, GUARDED, LISTED] = ApiKeyState.ACTIVE
    user_id: Annotated[str, GUARDED, INDEXED, Lookup("users")]
    name: Annotated[Line, LISTED, SEARCHED]
    roles: tuple[Role, ...] = ()
    expires_at: Annotated[Moment | None, LISTED] = None
    ended_at: Annotated[Moment | None, GUARDED, LISTED] = None

    def works(self, at: datetime) -> bool:
        return self.state is ApiKeyState.ACTIVE and (self.expires_at is None or at < self.expires_at)


@dataclass(frozen=True, slots=True)
class Secret:
    """An API key as its owner holds it: `tandem_<key id>_<256 random bits>`."""

    key_id: str
    random: str

    @classmethod
    def make(cls, key_id: str) -> "Secret":
        return cls(key_id, secrets.token_urlsafe(32))

    @classmethod
    def parse(cls, text: str) -> "Secret":
        """Raises `WrongApiKey`."""
        prefix, _, rest = text.partition("_")
        key_id, _, random = rest.partition("_")
        if prefix != PREFIX or not key_id or not random or len(text) > 200:
            raise WrongApiKey
        return cls(key_id, random)

    def __str__(self) -> str:
        return f"{PREFIX}_{self.key_id}_{self.random}"

    def __repr__(self) -> str:
        return f"Secret({self.key_id})"

    @property
    def hash(self) -> str:
        """SHA-256 is enough for 256 random bits: there is nothing to guess."""
        return hashlib.sha256(str(self).encode()).hexdigest()

    def matches(self, hashed: str) -> bool:
        return secrets.compare_digest(self.hash, hashed)


def revoke(key: ApiKey, reason: EndReason, *, at: datetime) -> tuple[ApiKey, ApiKeyRevoked]:
    state = MOVES.after("revoke", state=key.state)
    return key.evolve(state=state, status_reason=reason.value, ended_at=at), ApiKeyRevoked()


def roles_of(key: ApiKey, user_roles: tuple[Role, ...]) -> tuple[Role, ...]:
    """What the key may do now: never more than its user."""
    return user_roles if not key.roles else tuple(role for role in user_roles if role in key.roles)
