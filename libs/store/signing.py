"""Keys that a service signs with: each made by the first copy of the service that needs it, and kept."""

import secrets
from typing import Final

from libs.store.errors import answering
from libs.store.store import Store

_ID: Final = "current"
_BYTES: Final = 32


@answering()
async def key_in(store: Store, collection: str) -> bytes:
    """One for all copies. Who can read the database may forge what it signs, to what they can read there anyway."""
    keys = store.collection(collection)
    fresh = {"$setOnInsert": {"key": secrets.token_bytes(_BYTES)}}
    row = await keys.find_one({"_id": _ID}) or await keys.find_one_and_update(
        {"_id": _ID}, fresh, upsert=True, return_document=True
    )
    return bytes(row["key"])
