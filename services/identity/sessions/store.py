"""Queries over sessions."""

from datetime import datetime
from typing import Final

from libs.domain.record import Record
from libs.store.errors import answering
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.identity.sessions.model import Session, SessionState

MOST_PER_USER: Final = 200
MOST_REVOKED: Final = 100_000


async def living_sessions_of(work: UnitOfWork, user_id: str) -> list[Session]:
    """Oldest first. Commands begin or end the sessions of a user one at a time: one that begins beside their end would
    outlive it.
    """
    await work.take_turn(Session.collection, user_id)
    living = {"user_id": user_id, "state": SessionState.ACTIVE, "expires_at": {"$gt": work.now}}
    return await work.find(Session, living, limit=2 * MOST_PER_USER)


async def revoked_since(store: Store, record_type: type[Record], since: datetime) -> list[str]:
    """Ids of the sessions, or API keys, that were revoked after that time."""
    revoked = {"state": SessionState.REVOKED, "ended_at": {"$gt": since}}
    async with answering():
        found = store.collection(record_type.collection).find(revoked, {"_id": 1})
        rows = await found.limit(MOST_REVOKED).to_list(MOST_REVOKED)
    return [row["_id"] for row in rows]
