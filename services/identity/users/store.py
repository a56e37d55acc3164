"""What users sign in with: kept beside their records, in no list, no event and no answer."""

from dataclasses import dataclass
from typing import Final

from libs.contracts.identity import DefaultRole, UserState
from libs.domain.record import Index
from libs.store.work import UnitOfWork
from services.identity.users.model import User

CREDENTIALS: Final = "credentials"
INDEXES: Final = {CREDENTIALS: (Index(("user_id",)),)}

_STEPPING_DOWN: Final = ("stepping_down", "administrators")


@dataclass(frozen=True, slots=True)
class Credential:
    """A hashed password; a new one replaces it under another id, in the same commit."""

    id: str
    user_id: str
    hashed: str


async def user_named(work: UnitOfWork, username: str) -> User | None:
    return await work.first(User, {"username": username.lower()})


async def credential_of(work: UnitOfWork, user_id: str) -> Credential | None:
    newest = work.store.collection(CREDENTIALS).find({"user_id": user_id}).sort("_id", -1)
    rows = await newest.limit(1).to_list(1)
    return Credential(rows[0]["_id"], user_id, rows[0]["hashed"]) if rows else None


async def replace_credential(work: UnitOfWork, user_id: str, hashed: str) -> None:
    former = await credential_of(work, user_id)
    work.put(CREDENTIALS, {"_id": work.new_id(), "user_id": user_id, "hashed": hashed, "at": work.now})
    if former is not None:
        work.drop(CREDENTIALS, former.id)


async def other_administrators(work: UnitOfWork, user_id: str) -> int:
    """How many active administrators there are beside one who steps down, in a turn of their own.

    Two who step down at once would else count each other.
    """
    await work.take_turn(*_STEPPING_DOWN)
    query = {
        "roles": DefaultRole.ADMINISTRATOR,
        "state": UserState.ACTIVE,
        "_id": {"$ne": user_id},
        "_deleted": None,
    }
    return await work.store.collection(User.collection).count_documents(query, limit=1)
