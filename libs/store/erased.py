"""Whom this service has erased, so that nothing that comes late brings them back.

A tombstone holds no personal data: the ids of records that are empty now, and keyed hashes.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pymongo import ReturnDocument

from libs.store.errors import answering
from libs.store.mongo import Document

if TYPE_CHECKING:
    from libs.store.store import Store

COLLECTION: Final = "erased_people"
UNENDING: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""`until` of an erasure under way."""


@answering()
async def find_tombstone(store: "Store", request_id: str) -> Document | None:
    found: Document | None = await store.collection(COLLECTION).find_one({"_id": request_id})
    return found


@answering()
async def keep_tombstone(store: "Store", request_id: str, known: Mapping[str, Any]) -> Document:
    """In force until it is settled; what was known before stays known, and is in the answer."""
    added = {name: {"$each": values} for name, values in known.items() if isinstance(values, list)}
    update = {
        "$set": {"until": UNENDING},
        "$setOnInsert": {name: value for name, value in known.items() if name not in added},
        "$addToSet": added,
    }
    tombstone: Document = await store.collection(COLLECTION).find_one_and_update(
        {"_id": request_id}, update, upsert=True, return_document=ReturnDocument.AFTER
    )
    return tombstone


@answering()
async def settle_tombstone(store: "Store", request_id: str, until: datetime) -> None:
    """What happens after `until` is not about the erased, though it may be about somebody of their address."""
    await store.collection(COLLECTION).update_one({"_id": request_id}, {"$set": {"until": until}})


@answering()
async def last_until(store: "Store") -> datetime | None:
    """Until when events may concern somebody who is erased; anything newer concerns nobody who is."""
    found = await store.collection(COLLECTION).find_one({}, {"until": 1}, sort=[("until", -1)])
    return None if found is None else found["until"]


@answering()
async def tombstones(store: "Store", since: datetime) -> Sequence[Document]:
    """The tombstones of those whose erasure ended later than that."""
    return await store.collection(COLLECTION).find({"until": {"$gt": since}}).to_list(None)


async def is_erased(store: "Store", subject: str) -> bool:
    """Whether a record was a person's who is erased."""
    return await store.collection(COLLECTION).find_one({"records": subject}, {"_id": 1}) is not None
