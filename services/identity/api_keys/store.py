"""The hashes of API keys, kept beside their records."""

from typing import Final

from libs.store.work import UnitOfWork
from services.identity.api_keys.model import ApiKey, ApiKeyState
from services.identity.api_keys.secret import Secret

SECRETS: Final = "api_key_secrets"
MOST_PER_USER: Final = 100


def keep_hash(work: UnitOfWork, secret: Secret) -> None:
    work.put(SECRETS, {"_id": secret.key_id, "hashed": secret.hash, "at": work.now})


async def hash_of(work: UnitOfWork, key_id: str) -> str | None:
    row = await work.store.collection(SECRETS).find_one({"_id": key_id})
    return None if row is None else str(row["hashed"])


async def active_keys_of(work: UnitOfWork, user_id: str) -> list[ApiKey]:
    """Commands make or end the keys of a user one at a time: one that is made beside their end would outlive it."""
    await work.take_turn(ApiKey.collection, user_id)
    return await work.find(ApiKey, {"user_id": user_id, "state": ApiKeyState.ACTIVE}, limit=2 * MOST_PER_USER)
