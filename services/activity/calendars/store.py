"""Links to calendars, and who is busy when."""

import asyncio
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from libs.contracts.activity import PartyResponse
from libs.domain.record import Index
from libs.store.documents import WITHOUT_PRIVATE, to_record
from libs.store.errors import answering
from libs.store.store import Document, Store
from services.activity.activities.model.activity import UNSETTLED, Activity
from services.activity.activities.model.kinds import AnyActivity
from services.activity.activities.model.overlaps import SERIES

LINKS: Final = "calendar_links"
INDEXES: Final[Mapping[str, tuple[Index, ...]]] = {LINKS: (Index(("digest",), unique=True),)}
"""A link is found by its owner, or by what is kept of its token."""

MOST: Final = 2_000
"""Activities of one calendar, and of those who are asked about at once."""


def new_token() -> str:
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """What is kept of a token: 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


@answering()
async def link_of(store: Store, user_id: str) -> Document | None:
    return await store.collection(LINKS).find_one({"_id": user_id})


@answering()
async def owner_of(store: Store, token: str) -> str | None:
    """Whose calendar a token opens."""
    link = await store.collection(LINKS).find_one({"digest": digest_of(token)})
    return None if link is None else str(link["_id"])


async def planned(store: Store, user_ids: Sequence[str], begin: datetime, end: datetime) -> list[Activity]:
    """What takes place in a window, of those who own it or are invited and have not declined."""
    users = {"$in": list(user_ids)}
    invited = {"$elemMatch": {"collection": "users", "id": users, "response": {"$ne": PartyResponse.DECLINED}}}
    once = {"start": {"$lt": end}, "end": {"$gt": begin}, "type": {"$ne": SERIES}}
    series = {"type": SERIES, "runs_from": {"$lt": end}, "runs_until": {"$gt": begin}}
    queries = [
        {**who, "state": {"$in": list(UNSETTLED)}, **what, "_deleted": None}
        for who in ({"owner_id": users}, {"parties.id": users, "parties": invited})
        for what in (once, series)
    ]
    activities = store.collection(AnyActivity.collection)
    async with answering():
        found = await asyncio.gather(
            *(activities.find(query, WITHOUT_PRIVATE).sort("start", 1).limit(MOST).to_list(MOST) for query in queries)
        )
    documents = {document["_id"]: document for each in found for document in each}
    return [to_record(AnyActivity, document) for document in documents.values()]
