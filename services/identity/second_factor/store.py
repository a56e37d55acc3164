"""The secrets of second factors, kept beside users: in no list, no event and no answer but the first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from libs.store.errors import answering
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.identity.second_factor.codes import step_of

COLLECTION: Final = "second_factors"


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Asked for at the sign-in once it is `confirmed`: once the app has shown a right code."""

    user_id: str
    secret: str
    confirmed: bool


async def of_user(store: Store, user_id: str) -> SecondFactor | None:
    async with answering():
        row = await store.collection(COLLECTION).find_one({"_id": user_id})
    return None if row is None else SecondFactor(user_id, row["secret"], row["confirmed"])


def keep(work: UnitOfWork, factor: SecondFactor) -> None:
    row = {"_id": factor.user_id, "secret": factor.secret, "confirmed": factor.confirmed, "last_step": 0}
    work.overwrite(COLLECTION, row)


def confirm(work: UnitOfWork, factor: SecondFactor, step: int) -> None:
    """Uses the code of `step` up. If another factor has taken its place meanwhile, the command runs again."""
    offered = {"_id": factor.user_id, "secret": factor.secret}
    work.amend(COLLECTION, offered, {"$set": {"confirmed": True, "last_step": step}})


def forget(work: UnitOfWork, user_id: str) -> None:
    work.drop(COLLECTION, user_id)


async def accept(store: Store, factor: SecondFactor, code: str, *, at: datetime) -> bool:
    """Whether the code is right and was not used before; it is used up."""
    step = step_of(code, factor.secret, at=at)
    if step is None:
        return False
    unused = {"_id": factor.user_id, "secret": factor.secret, "last_step": {"$lt": step}}
    async with answering():
        used = await store.collection(COLLECTION).update_one(unused, {"$set": {"last_step": step}})
    return bool(used.modified_count)
