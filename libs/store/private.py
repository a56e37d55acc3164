"""Documents that are no records (inbox marks, claims, timers, jobs …), written in the commit of a unit of work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pymongo.errors import BulkWriteError

from libs.store.errors import Conflict, already_there
from libs.store.mongo import Database, Document, Session


class PrivateWrite(Protocol):
    """Part of a transaction; raises `Conflict` where the command must decide again."""

    async def apply(self, database: Database, session: Session) -> None: ...


@dataclass(frozen=True, slots=True)
class Insert:
    collection: str
    document: Document

    async def apply(self, database: Database, session: Session) -> None:
        await database[self.collection].insert_one(self.document, session=session)


@dataclass(frozen=True, slots=True)
class InsertAll:
    """Several at once; that one of them is there already is a conflict."""

    collection: str
    documents: Sequence[Document]

    async def apply(self, database: Database, session: Session) -> None:
        try:
            await database[self.collection].insert_many(self.documents, session=session)
        except BulkWriteError as error:
            already_there(error)
            raise Conflict from error


@dataclass(frozen=True, slots=True)
class Overwrite:
    """Writes the document whether or not there was one of its id."""

    collection: str
    document: Document

    async def apply(self, database: Database, session: Session) -> None:
        own = {"_id": self.document["_id"]}
        await database[self.collection].replace_one(own, self.document, upsert=True, session=session)


@dataclass(frozen=True, slots=True)
class Amend:
    """Updates the one document that matches; that none does is a conflict."""

    collection: str
    query: Mapping[str, Any]
    update: Mapping[str, Any]

    async def apply(self, database: Database, session: Session) -> None:
        result = await database[self.collection].update_one(self.query, self.update, session=session)
        if not result.matched_count:
            raise Conflict


@dataclass(frozen=True, slots=True)
class Drop:
    """Deletes the document, if it is there."""

    collection: str
    document_id: str

    async def apply(self, database: Database, session: Session) -> None:
        await database[self.collection].delete_one({"_id": self.document_id}, session=session)


@dataclass(frozen=True, slots=True)
class Consume:
    """Deletes the one document that matches; that none does is a conflict."""

    collection: str
    query: Mapping[str, Any]

    async def apply(self, database: Database, session: Session) -> None:
        result = await database[self.collection].delete_one(self.query, session=session)
        if not result.deleted_count:
            raise Conflict
