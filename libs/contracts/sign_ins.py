"""What the identity service announces of sign-ins and API keys. Never a secret, never a hash."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from libs.contracts.event import Event, Snapshot


class EndReason(StrEnum):
    """Why a sign-in or an API key stopped working before its time."""

    SIGNED_OUT = "signed_out"
    REVOKED = "revoked"
    TOKEN_REUSED = "token_reused"  # noqa: S105 - a reason
    PASSWORD_SET = "password_set"  # noqa: S105 - a reason
    ROLES_REDUCED = "roles_reduced"
    USER_DEACTIVATED = "user_deactivated"


class SessionSnapshot(Snapshot):
    user_id: str
    state: str
    status_reason: str | None = None
    expires_at: datetime


class ApiKeySnapshot(Snapshot):
    user_id: str
    name: str
    state: str
    expires_at: datetime | None = None


class SessionStarted(Event[SessionSnapshot], type="identity.session.started"):
    pass


class SessionRefreshed(Event[SessionSnapshot], type="identity.session.refreshed"):
    pass


class SessionRevoked(Event[SessionSnapshot], type="identity.session.revoked"):
    """No token of this session is to be accepted from now on."""


class ApiKeyCreated(Event[ApiKeySnapshot], type="identity.api_key.created"):
    pass


class ApiKeyRevoked(Event[ApiKeySnapshot], type="identity.api_key.revoked"):
    """Neither this key nor a token exchanged for it is to be accepted from now on."""


EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    SessionStarted,
    SessionRefreshed,
    SessionRevoked,
    ApiKeyCreated,
    ApiKeyRevoked,
)
