"""Tickets as they are kept: under a digest, so that nobody who sees the database can use one."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from libs.domain.record import Index
from libs.domain.refusals import Unauthenticated
from libs.store.clock import utc_now
from libs.store.errors import answering
from libs.store.store import Store

COLLECTION: Final = "tickets"
LASTS: Final = timedelta(minutes=1)
INDEXES: Final = (Index(("at",), expires_after=LASTS),)


async def keep(store: Store, ticket: str, bearer: Mapping[str, Any]) -> None:
    async with answering():
        await store.collection(COLLECTION).insert_one({"_id": _digest(ticket), "bearer": bearer, "at": utc_now()})


async def redeem(store: Store, ticket: str) -> Mapping[str, Any]:
    """Uses the ticket up, and tells whom it stands for; raises `Unauthenticated`."""
    valid = {"_id": _digest(ticket), "at": {"$gt": utc_now() - LASTS}}
    async with answering():
        kept = await store.collection(COLLECTION).find_one_and_delete(valid)
    if kept is None:
        raise Unauthenticated("The ticket is not valid, or was used already; ask for another.")
    bearer: Mapping[str, Any] = kept["bearer"]
    return bearer


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
