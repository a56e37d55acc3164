"""Leases: one copy at a time has a duty. The server's clock decides; a fencing token tells old from new holders."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from libs.store.errors import answering
from libs.store.mongo import Database, Document

_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Grant:
    """A lease that is held. `token` grows with every new holder."""

    name: str
    holder: str
    token: int


class Leases:
    def __init__(self, database: Database) -> None:
        self._leases = database["leases"]

    @answering()
    async def acquire(self, name: str, holder: str, ttl: timedelta) -> Grant | None:
        """Takes a free or expired lease, or renews one's own; None while another holds it."""
        free = {"$or": [{"holder": holder}, {"$expr": {"$lte": ["$expires_at", "$$NOW"]}}]}
        lease = await self._take({"_id": name, **free}, holder, ttl)
        if lease is None and await self._create(name):
            lease = await self._take({"_id": name, **free}, holder, ttl)
        return None if lease is None else Grant(name, holder, lease["token"])

    @answering()
    async def release(self, grant: Grant) -> None:
        mine = {"_id": grant.name, "holder": grant.holder, "token": grant.token}
        await self._leases.update_one(mine, [{"$set": {"holder": None, "expires_at": "$$NOW"}}])

    @answering()
    async def held(self) -> list[Document]:
        """All leases: name, holder, token, expires_at; for operators."""
        return await self._leases.find({}).sort("_id", 1).to_list(None)

    async def _take(self, query: Document, holder: str, ttl: timedelta) -> Document | None:
        milliseconds = int(ttl.total_seconds() * 1000)
        mine = {"$eq": ["$holder", holder]}
        taken = {
            "holder": holder,
            "expires_at": {"$add": ["$$NOW", milliseconds]},
            "token": {"$cond": [mine, "$token", {"$add": ["$token", 1]}]},
        }
        return await self._leases.find_one_and_update(query, [{"$set": taken}], return_document=ReturnDocument.AFTER)

    async def _create(self, name: str) -> bool:
        """Makes a lease that does not exist yet; False if it does, so that it is another's."""
        try:
            await self._leases.insert_one({"_id": name, "holder": None, "token": 0, "expires_at": _LONG_AGO})
        except DuplicateKeyError:
            return False
        return True
