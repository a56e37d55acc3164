"""Numbers that rise by one: drawn one by one, or taken in the transaction of what they are for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pymongo import ReturnDocument

from libs.store.context import Context
from libs.store.errors import answering
from libs.store.mongo import Database, Document, Session
from libs.store.private import Amend, Insert
from libs.store.store import Store
from libs.store.work import UnitOfWork

COUNTERS: Final = "counters"


async def draw(store: Store, series: str) -> int:
    """The next number of a series, from 1. Nobody gets it again: where it is not used, it is missing."""
    async with answering():
        counter = await store.collection(COUNTERS).find_one_and_update(
            {"_id": series}, {"$inc": {"last": 1}}, upsert=True, return_document=ReturnDocument.AFTER
        )
    return int(counter["last"])


async def take_next(work: UnitOfWork, series: str) -> int:
    """The number after the last of a series, from 1, taken in the commit: none is missing, none is given twice.

    For one number a unit of work. Of two that take one at once the later runs again.
    """
    counter = await work.store.collection(COUNTERS).find_one({"_id": series})
    if counter is None:
        work.contested[COUNTERS, series] = Insert(COUNTERS, {"_id": series, "last": 1})
        return 1
    work.contested[COUNTERS, series] = Amend(COUNTERS, counter, {"$inc": {"last": 1}})
    return int(counter["last"]) + 1


async def append_dense(store: Store, collection: str, documents: Sequence[Document], *, unique: str) -> int:
    """Stores documents under the next positions (`_id`: 1, 2, 3 … without a gap), those known by `unique` left out.

    Returns the last position given so far. Who sees a position sees every one before it. The collection needs a unique
    index on the field `unique`.
    """

    async def command(work: UnitOfWork) -> Append:
        append = Append(collection, unique, documents)
        work.private.append(append)
        return append

    return (await store.run(command, Context())).last


async def last_position(store: Store, collection: str) -> int:
    """The last position given in the collection; 0 where it is empty."""
    async with answering():
        counter = await store.collection(COUNTERS).find_one({"_id": collection})
    return 0 if counter is None else int(counter["last"])


@dataclass(slots=True)
class Append:
    """Part of a transaction; `last` is known once it was applied.

    Its snapshot is taken by the look for known documents, and taking positions fails if anybody has taken some since.
    So what is not known is new.
    """

    collection: str
    unique: str
    documents: Sequence[Document]
    last: int = 0

    async def apply(self, database: Database, session: Session) -> None:
        by_key = {document[self.unique]: document for document in self.documents}
        known = database[self.collection].find(
            {self.unique: {"$in": list(by_key)}}, {"_id": 0, self.unique: 1}, session=session
        )
        for row in await known.to_list(None):
            del by_key[row[self.unique]]
        counter = await database[COUNTERS].find_one_and_update(
            {"_id": self.collection},
            {"$inc": {"last": len(by_key)}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        self.last = int(counter["last"])
        if by_key:
            first = self.last - len(by_key) + 1
            rows = [{**document, "_id": first + number} for number, document in enumerate(by_key.values())]
            await database[self.collection].insert_many(rows, session=session)
