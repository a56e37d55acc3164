"""What a command writes beside its records: documents of its service alone, and claims among them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from libs.store.clock import utc_now
from libs.store.ids import new_id
from libs.store.mongo import Document
from libs.store.private import Amend, Consume, Drop, Insert, InsertAll, Overwrite, PrivateWrite

if TYPE_CHECKING:
    from libs.store.store import Store

TURN: Final = "turn"
"""The kind of a claim that no record holds, but the last command that had its turn."""


class PrivateWork:
    """The part of a unit of work that no record tells of; written in the same commit."""

    def __init__(self, store: "Store") -> None:
        self.store = store
        self.now: datetime = utc_now()
        self.private: list[PrivateWrite] = []
        self._passed: dict[str, int | None] = {}
        self._turns: set[tuple[str, str]] = set()

    def put(self, collection: str, document: Document) -> None:
        """A private document (inbox, claim …), inserted in the same commit."""
        self.private.append(Insert(collection, document))

    def put_all(self, collection: str, documents: Sequence[Document]) -> None:
        """Several private documents of one collection, inserted together in the same commit."""
        self.private.append(InsertAll(collection, documents))

    def overwrite(self, collection: str, document: Document) -> None:
        """A private document that takes the place of the one of its id, if there is one."""
        self.private.append(Overwrite(collection, document))

    def amend(self, collection: str, query: Mapping[str, Any], update: Mapping[str, Any]) -> None:
        """Updates one private document; if none matches at the commit, the command runs again."""
        self.private.append(Amend(collection, query, update))

    def drop(self, collection: str, document_id: str) -> None:
        """Deletes a private document in the same commit."""
        self.private.append(Drop(collection, document_id))

    def consume(self, collection: str, query: Mapping[str, Any]) -> None:
        """Deletes one private document; if none matches at the commit, the command runs again."""
        self.private.append(Consume(collection, query))

    def take_claim(self, kind: str, key: str, holder: str) -> None:
        """Makes `holder` the only one with this kind and key; a rival's commit makes this command run again."""
        self.put("claims", {"_id": f"{kind}|{key}", "holder": holder, "at": self.now, "passed": 0})

    async def claimed_by(self, kind: str, key: str) -> str | None:
        """Who holds the claim."""
        claim = await self.store.collection("claims").find_one({"_id": f"{kind}|{key}"})
        if claim is None:
            return None
        self._passed[claim["_id"]] = claim.get("passed")
        return str(claim["holder"])

    def pass_claim(self, kind: str, key: str, *, giver: str | None, taker: str) -> None:
        """Moves the claim on from `giver`, or from nobody, as it was read.

        Where somebody has passed it on since, though it were to the same holder, this command runs again.
        """
        if giver is None:
            self.take_claim(kind, key, taker)
        else:
            id_ = f"{kind}|{key}"
            held = {"_id": id_, "holder": giver, "passed": self._passed.get(id_)}
            self.amend("claims", held, {"$set": {"holder": taker, "at": self.now}, "$inc": {"passed": 1}})

    async def take_turn(self, kind: str, key: str) -> None:
        """Lets one command at a time decide what no single record can tell, on what is read after this."""
        if (kind, key) not in self._turns:
            self._turns.add((kind, key))
            turn = f"{TURN}|{kind}"
            self.pass_claim(turn, key, giver=await self.claimed_by(turn, key), taker=new_id())
