"""The session: one sign-in, which lives as long as its refresh token is used.

A refresh token is good for one rotation. A client whose answer was lost may ask again within a few seconds and
gets the same token; a token that comes back later was copied, and the whole session ends.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from libs.contracts.sign_ins import EndReason, SessionRefreshed, SessionRevoked, SessionStarted
from libs.contracts.values import Moment
from libs.domain.fields import GUARDED, INDEXED, LISTED, Lookup
from libs.domain.moves import Moves
from libs.domain.personal import Personal
from libs.domain.record import Index, Record
from libs.domain.refusals import Unauthenticated

IDLE: Final = timedelta(days=14)
LONGEST: Final = timedelta(days=90)
FORGOTTEN_AFTER: Final = timedelta(days=90)
ASKED_AGAIN_WITHIN: Final = timedelta(seconds=10)


class SessionState(StrEnum):
    ACTIVE = "active"
    REVOKED = "revoked"


MOVES: Final = Moves({SessionState.ACTIVE: {"revoke": SessionState.REVOKED}})


class SessionEnded(Unauthenticated):
    code = "session_ended"

    def __init__(self) -> None:
        super().__init__("This sign-in has ended; sign in again.")


class WrongCredentials(Unauthenticated):
    """Unknown user, wrong password or inactive user: the answer is the same, after the same time."""

    code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__("The username or the password is not right.")


class Session(Record, collection="sessions", aggregate="identity.session"):
    """Owned by the user it signs in. `rotation` is the number of the refresh token that is good now."""

    personal = Personal(kept=("address",))
    indexes = (
        Index(("user_id", "state")),
        Index(("state", "-ended_at")),
        Index(("expires_at",), expires_after=FORGOTTEN_AFTER),
    )

    state: Annotated[SessionState, GUARDED, LISTED] = SessionState.ACTIVE
    user_id: Annotated[str, GUARDED, INDEXED, Lookup.to("users")]
    address: Annotated[str | None, GUARDED, Field(max_length=64)] = None
    client: Annotated[str | None, GUARDED, Field(max_length=300)] = None
    last_used_at: Annotated[Moment, GUARDED, LISTED]
    expires_at: Annotated[Moment, GUARDED, LISTED]
    ended_at: Annotated[Moment | None, GUARDED, LISTED] = None
    rotation: Annotated[int, GUARDED] = 0

    def lives(self, at: datetime) -> bool:
        return self.state is SessionState.ACTIVE and at < self.expires_at


class Rotation(StrEnum):
    """What became of a refresh token that was presented."""

    ROTATED = "rotated"
    ASKED_AGAIN = "asked_again"
    REUSED = "reused"


def start(
    *, id: str, user_id: str, address: str | None, client: str | None, at: datetime
) -> tuple[Session, SessionStarted]:
    session = Session(
        id=id,
        owner_id=user_id,
        user_id=user_id,
        created_at=at,
        created_by=user_id,
        address=address,
        client=client[:300] if client else None,
        last_used_at=at,
        expires_at=at + IDLE,
    )
    return session, SessionStarted()


def judge(session: Session, presented: int, *, at: datetime) -> Rotation:
    """What presenting the refresh token with this number means; raises `SessionEnded`."""
    if not session.lives(at):
        raise SessionEnded
    if presented == session.rotation:
        return Rotation.ROTATED
    just_rotated = presented == session.rotation - 1 and at - session.last_used_at <= ASKED_AGAIN_WITHIN
    return Rotation.ASKED_AGAIN if just_rotated else Rotation.REUSED


def rotate(session: Session, *, at: datetime) -> tuple[Session, SessionRefreshed]:
    """The session with its next refresh token; use prolongs it, but not without end."""
    end = min(at + IDLE, (session.created_at or at) + LONGEST)
    after = session.evolve(rotation=session.rotation + 1, last_used_at=at, expires_at=end)
    return after, SessionRefreshed()


def revoke(session: Session, reason: EndReason, *, at: datetime) -> tuple[Session, SessionRevoked]:
    state = MOVES.after("revoke", state=session.state)
    return session.evolve(state=state, status_reason=reason.value, ended_at=at), SessionRevoked()
