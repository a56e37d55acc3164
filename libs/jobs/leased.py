"""Documents that copies of a service take in turn, each for a limited time.

`free_at` says from when a document may be taken, by the server's clock; without it never. Whoever takes one writes a
`token` into it that nobody had before. What the taker writes later is guarded by that token, so a copy that was frozen
beyond its time writes nothing. `attempts` counts how often a document was taken, `put_off` how often that was in vain
because something it needs was away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from libs.store.errors import answering
from libs.store.ids import new_id
from libs.store.store import Document, Store

UNTRIED: Final[Document] = {"attempts": 0, "put_off": 0}
"""The fields of a document whose earlier tries are forgotten, since it made progress or begins anew."""

_FREE: Final = {"free_at": {"$type": "date"}, "$expr": {"$lte": ["$free_at", "$$NOW"]}}
_ONE_LESS: Final[Document] = {"$max": [0, {"$subtract": ["$attempts", 1]}]}


@dataclass(frozen=True, slots=True)
class Hold:
    """A document as it was taken."""

    document: Document

    @property
    def id(self) -> str:
        return str(self.document["_id"])

    @property
    def attempts(self) -> int:
        """How often the document was taken since it was `UNTRIED`, without the times it was put off."""
        return int(self.document["attempts"])

    @property
    def tries(self) -> int:
        """How often the document was taken since it was `UNTRIED`."""
        return self.attempts + int(self.document.get("put_off", 0))

    @property
    def fence(self) -> Document:
        """Matches the document for as long as nobody else has taken it."""
        return {"_id": self.document["_id"], "token": self.document["token"]}


class Leased:
    """The documents of one collection. Every method raises `Unavailable`."""

    def __init__(self, store: Store, collection: str) -> None:
        self._documents = store.collection(collection)

    @answering()
    async def take(self, query: Mapping[str, Any], *, seconds: float, most: int) -> list[Hold]:
        """Takes those that have been free for the longest time; whoever asks at the same moment gets others."""
        free = {**query, **_FREE}
        found = await self._documents.find(free, {"_id": 1}).sort("free_at", 1).limit(most).to_list(most)
        if not found:
            return []
        ids, token = {"$in": [each["_id"] for each in found]}, new_id()
        taken = {
            "token": token,
            "free_at": _in(seconds),
            "attempts": {"$add": [{"$ifNull": ["$attempts", 0]}, 1]},
        }
        await self._documents.update_many({"_id": ids, **free}, [{"$set": taken}])
        documents = await self._documents.find({"_id": ids, "token": token}).sort("due_at", 1).to_list(None)
        return [Hold(document) for document in documents]

    @answering()
    async def free_in(self, query: Mapping[str, Any]) -> float | None:
        """Seconds until the next document is free; None where none will be."""
        waiting = {**query, "free_at": {"$type": "date"}}
        left = {"left": {"$subtract": ["$free_at", "$$NOW"]}}
        found = await self._documents.find(waiting, left).sort("free_at", 1).limit(1).to_list(1)
        return found[0]["left"] / 1000 if found else None

    @answering()
    async def keep(self, hold: Hold, *, seconds: float) -> Document | None:
        """Prolongs a hold; the document as it now is, None if the hold was lost."""
        held = {**hold.fence, "free_at": {"$type": "date"}}
        document: Document | None = await self._documents.find_one_and_update(
            held, [{"$set": {"free_at": _in(seconds)}}], return_document=True
        )
        return document

    @answering()
    async def give_back(self, hold: Hold, *, after: float = 0.0) -> None:
        """Lets anybody take the document again, after some seconds."""
        await self._documents.update_one(hold.fence, [{"$set": {"free_at": _in(after)}}])

    @answering()
    async def put_off(self, hold: Hold, *, after: float) -> None:
        """Gives the document back since something it needs is away: the attempt does not count, the try does."""
        put_off = {"$add": [{"$ifNull": ["$put_off", 0]}, 1]}
        later = {"free_at": _in(after), "attempts": _ONE_LESS, "put_off": put_off}
        await self._documents.update_one(hold.fence, [{"$set": later}])

    @answering()
    async def hand_on(self, hold: Hold) -> None:
        """Lets others go on at once, as if the document had not been taken here."""
        await self._documents.update_one(hold.fence, [{"$set": {"free_at": "$$NOW", "attempts": _ONE_LESS}}])

    @answering()
    async def change(self, hold: Hold, fields: Mapping[str, Any]) -> bool:
        """Sets fields; False if the hold was lost."""
        result = await self._documents.update_one(hold.fence, {"$set": dict(fields)})
        return bool(result.matched_count)

    @answering()
    async def settle(self, hold: Hold, fields: Mapping[str, Any]) -> bool:
        """Sets fields and lets nobody take the document again; False if the hold was lost."""
        update = {"$set": dict(fields), "$unset": {"free_at": ""}}
        result = await self._documents.update_one(hold.fence, update)
        return bool(result.matched_count)

    @answering()
    async def is_held(self, hold: Hold) -> bool:
        return await self._documents.find_one(hold.fence, {"_id": 1}) is not None


def _in(seconds: float) -> Document:
    return {"$add": ["$$NOW", round(seconds * 1000)]}
