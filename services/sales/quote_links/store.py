"""The key by which links are signed: made by the first copy of the service that needs it, and kept."""

import secrets
from typing import Final

from libs.store.store import Store

COLLECTION: Final = "quote_link_keys"
_ID: Final = "current"
_BYTES: Final = 32


async def key_of(store: Store) -> bytes:
    """One for all copies. Who can read the database may forge links, to what they can read there anyway."""
    keys = store.collection(COLLECTION)
    fresh = {"$setOnInsert": {"key": secrets.token_bytes(_BYTES)}}
    row = await keys.find_one({"_id": _ID}) or await keys.find_one_and_update(
        {"_id": _ID}, fresh, upsert=True, return_document=True
    )
    return bytes(row["key"])
