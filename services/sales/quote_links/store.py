"""The key by which links are signed."""

from typing import Final

from libs.store.signing import key_in
from libs.store.store import Store

COLLECTION: Final = "quote_link_keys"


async def key_of(store: Store) -> bytes:
    return await key_in(store, COLLECTION)
