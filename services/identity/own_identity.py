"""What other services ask over HTTP, the identity service asks itself."""

from datetime import datetime, timedelta
from functools import partial

from joserfc.jwk import KeySet

from libs.domain.directory import DirectoryDocument
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.store import Store
from libs.web.tokens import CLOCK_SKEW
from services.identity.api_keys.commands import recognise
from services.identity.api_keys.model import ApiKey
from services.identity.api_keys.tokens import token_for
from services.identity.directory.store import read_directory
from services.identity.keys.signing import SigningKeys
from services.identity.sessions.model import Session
from services.identity.sessions.store import revoked_since
from services.identity.sessions.tokens import ACCESS_LASTS


class OwnIdentity:
    """The `Identity` that this service's own authenticator works with."""

    def __init__(self, store: Store, keys: SigningKeys) -> None:
        self._store = store
        self._keys = keys

    async def signing_keys(self) -> KeySet:
        return self._keys.published()

    async def revoked_sessions(self) -> list[str]:
        return await lately_revoked(self._store, at=utc_now())

    async def directory(self) -> DirectoryDocument:
        return await read_directory(self._store)

    async def exchange(self, api_key: str) -> str:
        holder = await self._store.run(partial(recognise, text=api_key), Context())
        token, _ = token_for(holder, self._keys, at=utc_now())
        return token

    async def close(self) -> None:
        """The store is closed by whoever opened it."""


async def lately_revoked(store: Store, *, at: datetime) -> list[str]:
    """Sessions and API keys revoked while tokens of theirs may still hold."""
    since = at - ACCESS_LASTS - timedelta(seconds=2 * CLOCK_SKEW)
    return [*await revoked_since(store, Session, since), *await revoked_since(store, ApiKey, since)]
