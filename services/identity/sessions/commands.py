"""What happens to a session: it starts, its token is refreshed, it ends."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from libs.contracts.sign_ins import EndReason
from libs.domain.refusals import NotFound
from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.identity.sessions import model
from services.identity.sessions.model import Rotation, Session, SessionEnded, SessionState, WrongCredentials
from services.identity.sessions.store import MOST_PER_USER, living_sessions_of
from services.identity.users.model import User
from services.identity.users.store import Credential, credential_of

ENDED_TOGETHER: Final = 100


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a sign-in comes from."""

    address: str | None
    client: str | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    session: Session
    user: User


async def start_session(work: UnitOfWork, proved: Credential, origin: Origin) -> SignedIn:
    """Signs the user in. Beyond the most that one user may have, the oldest session ends.

    Raises `WrongCredentials` where what they `proved` to know is replaced by now, or they are shut out.
    """
    living = await living_sessions_of(work, proved.user_id)
    user = await work.get(User, proved.user_id)
    if not user.may_sign_in or await credential_of(work, user.id) != proved:
        raise WrongCredentials
    for oldest in living[: -(MOST_PER_USER - 1)]:
        work.save(*model.revoke(oldest, EndReason.REVOKED, at=work.now))
    session, event = model.start(
        id=work.new_id(), user_id=user.id, address=origin.address, client=origin.client, at=work.now
    )
    return SignedIn(work.add(session, event), user)


async def refresh_session(work: UnitOfWork, session_id: str, presented: int) -> SignedIn | None:
    """The session with its next refresh token, or None: the token was copied, and the session is revoked.

    Raises `SessionEnded`. Returns instead of raising for a copied token, because the revocation is to be committed.
    """
    session = await _get(work, session_id)
    rotation = model.judge(session, presented, at=work.now)
    user = await work.get(User, session.user_id)
    if rotation is Rotation.REUSED or not user.may_sign_in:
        reason = EndReason.TOKEN_REUSED if user.may_sign_in else EndReason.USER_DEACTIVATED
        work.save(*model.revoke(session, reason, at=work.now))
        return None
    if rotation is Rotation.ROTATED:
        session = work.save(*model.rotate(session, at=work.now))
    return SignedIn(session, user)


async def revoke_session(work: UnitOfWork, session_id: str, *, only_of: str | None) -> Session:
    """Ends a session at once. With `only_of`, other users' sessions are as good as missing."""
    session = await work.get_target(Session, session_id)
    if only_of is not None and session.user_id != only_of:
        raise NotFound(f"no session has the id {session_id}")
    return work.save(*model.revoke(session, EndReason.REVOKED, at=work.now))


async def sign_out(work: UnitOfWork, session_id: str) -> None:
    """Ends a session that may have ended already."""
    session = await _get(work, session_id)
    if session.lives(work.now):
        work.save(*model.revoke(session, EndReason.SIGNED_OUT, at=work.now))


async def end_sessions_of(work: UnitOfWork, user_id: str, reason: EndReason, *, keeping: str | None = None) -> None:
    for session in await living_sessions_of(work, user_id):
        if session.id != keeping:
            work.save(*model.revoke(session, reason, at=work.now))


async def end_sessions_before(store: Store, context: Context, moment: datetime) -> None:
    """After a restore from backup: who signed out since then must not be signed in again by it."""
    earlier = {"state": SessionState.ACTIVE, "created_at": {"$lt": moment}}

    async def end_some(work: UnitOfWork) -> int:
        living = await work.find(Session, earlier, limit=ENDED_TOGETHER)
        for session in living:
            work.save(*model.revoke(session, EndReason.REVOKED, at=work.now))
        return len(living)

    while await store.run(end_some, context):
        pass


async def _get(work: UnitOfWork, session_id: str) -> Session:
    try:
        return await work.get(Session, session_id)
    except NotFound:
        raise SessionEnded from None
