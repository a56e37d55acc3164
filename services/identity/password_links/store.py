"""Links as they are kept: by a digest, so that nobody who sees the database can use one."""

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from libs.domain.record import Index
from libs.store.work import UnitOfWork
from services.identity.password_links.model import LinkNotValid, PasswordLink

COLLECTION: Final = "password_links"
INDEXES: Final = {COLLECTION: (Index(("user_id",)), Index(("expires_at",), expires_after=timedelta()))}


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """SHA-256 is enough for 256 random bits: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keep(work: UnitOfWork, link: PasswordLink) -> None:
    work.put(
        COLLECTION,
        {
            "_id": link.digest,
            "user_id": link.user_id,
            "purpose": link.purpose.value,
            "expires_at": link.expires_at,
        },
    )


async def use(work: UnitOfWork, secret: str) -> str:
    """Whose link it is, who then has used it; raises `LinkNotValid`."""
    valid = {"_id": digest_of(secret), "expires_at": {"$gt": work.now}}
    row = await work.store.collection(COLLECTION).find_one(valid)
    if row is None:
        raise LinkNotValid
    work.consume(COLLECTION, valid)
    return str(row["user_id"])


async def forget(work: UnitOfWork, user_id: str) -> None:
    """Links of a user who has another password are good for nothing."""
    rows = work.store.collection(COLLECTION).find({"user_id": user_id}, {"_id": 1})
    for row in await rows.to_list(None):
        work.drop(COLLECTION, row["_id"])
