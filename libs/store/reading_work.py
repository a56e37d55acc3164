"""What a command reads: records as they are, or as it has changed them already."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from libs.domain.grants import Operation, reaches
from libs.domain.record import Record
from libs.domain.refusals import ErasedRecord, NotRemoved, StaleVersion
from libs.store import aliases
from libs.store.absent import absence, forbidden, missing
from libs.store.changes import Change
from libs.store.context import Context
from libs.store.documents import WITHOUT_PRIVATE, to_record, without_private
from libs.store.erased import is_erased
from libs.store.errors import Conflict
from libs.store.mongo import Document, with_decimals
from libs.store.private_work import PrivateWork

if TYPE_CHECKING:
    from libs.store.store import Store

R = TypeVar("R", bound=Record)


class ReadingWork(PrivateWork):
    """The part of a unit of work that reads, and keeps what was read: that is what the commit is guarded by.

    `rehearsing`: it will not be committed, so nothing must be used up that others count.
    """

    def __init__(self, store: "Store", context: Context, *, if_match: int | None, rehearsing: bool) -> None:
        super().__init__(store)
        self.context = context
        self.rehearsing = rehearsing
        self.changes: dict[tuple[str, str], Change] = {}
        self._loaded: dict[tuple[str, str], Document] = {}
        self._outdated: set[tuple[str, str]] = set()
        self._if_match = if_match

    async def take_turn(self, kind: str, key: str) -> None:
        """As of private work; what was read before is read again, since others may have changed it in their turn."""
        await super().take_turn(kind, key)
        self._outdated |= self._loaded.keys()

    async def get(self, record_type: type[R], record_id: str) -> R:
        """As `look_up`; raises `NotFound`."""
        if (record := await self.look_up(record_type, record_id)) is None:
            raise missing(record_type, record_id)
        return record

    async def look_up(self, record_type: type[R], record_id: str) -> R | None:
        """The record that an id leads to, as this command knows it, else as it is now; None where it is gone.

        The id of a record that was merged leads to the survivor.
        """
        document = await self._document(record_type, record_id)
        if document is None or "_deleted" in document or self._removes(record_type, record_id):
            subject = f"{record_type.collection}/{record_id}"
            survivor = (await aliases.led_on(self.store, [subject])).get(subject)
            return None if survivor is None else await self.look_up(record_type, survivor.partition("/")[2])
        return self._keep(record_type, document)

    async def _document(self, record_type: type[Record], record_id: str) -> Document | None:
        return self._still_known(record_type, record_id) or await self._stored(record_type, record_id)

    async def _stored(self, record_type: type[Record], record_id: str) -> Document | None:
        document = await self.store.document(record_type.collection, record_id)
        return None if document is None else without_private(document)

    async def get_target(self, record_type: type[R], record_id: str) -> R:
        """The record that the request names in its path: the one that `If-Match` speaks of, and that is acted upon.

        Raises `NotFound` where the caller may not see it, `Forbidden` where they may not do this to it, and `MovedOn`
        where it was merged into another.
        """
        document = await self._document(record_type, record_id)
        gone = document is None or ("_deleted" in document and "_merged" not in document)
        if document is None or gone or self._removes(record_type, record_id):
            raise missing(record_type, record_id)
        record = self._keep(record_type, document)
        self.require_reach(record_type, record_id, self.context.operation)
        if "_merged" in document:
            raise await absence(self.store, record_type, record_id)
        return self._expected(record)

    async def get_removed(self, record_type: type[R], record_id: str, *, merged: bool = False) -> R:
        """As `get_target` a record in the recycle bin, or one that was merged; raises `NotRemoved` for any other."""
        document = await self._document(record_type, record_id)
        if document is None:
            raise missing(record_type, record_id)
        record = self._keep(record_type, document)
        self.require_reach(record_type, record_id, self.context.operation)
        if "_deleted" not in document:
            raise NotRemoved("the record is not removed")
        if "_merged" in document and not merged:
            raise await absence(self.store, record_type, record_id)
        if await is_erased(self.store, f"{record_type.collection}/{record_id}"):
            raise ErasedRecord("whom the record was about is erased")
        return record if merged else self._expected(record)

    async def get_whole(self, record_type: type[R], record_id: str) -> tuple[R, bool]:
        """A record, also one in the recycle bin, and whether it lies there; raises `NotFound`."""
        document = await self._stored(record_type, record_id)
        if document is None:
            raise missing(record_type, record_id)
        return self._keep(record_type, document), "_deleted" in document

    def _expected(self, record: R) -> R:
        if self._if_match is not None and self._if_match != record.version:
            raise StaleVersion(f"the record is at version {record.version}", version=record.version)
        return record

    def require_reach(self, record_type: type[Record], record_id: str, operation: Operation | None) -> None:
        """Of a record that was read; raises `NotFound` where the caller may not see it, else `Forbidden`."""
        grants = self.context.grants
        if operation is None:
            return
        row, collection = self._known(record_type, record_id) or {}, record_type.collection
        if not reaches(grants, collection, Operation.READ, row):
            raise missing(record_type, record_id)
        if operation is not Operation.CREATE and not reaches(grants, collection, operation, row):
            raise forbidden(collection, operation)

    def sees(self, record: Record) -> bool:
        """Whether whoever asks may read this record, so that they may refer to it."""
        row = self._known(type(record), record.id) or {}
        return reaches(self.context.grants, record.collection, Operation.READ, row)

    def moved_in(self, record: Record) -> Sequence[Document]:
        """What the fields of the record pointed to before merges."""
        moved: Sequence[Document] = (self._known(type(record), record.id) or {}).get("_moved", ())
        return moved

    async def first(self, record_type: type[R], query: Mapping[str, Any]) -> R | None:
        """The oldest record that matches, or None."""
        found = await self.find(record_type, query, limit=1)
        return found[0] if found else None

    async def recognise(self, record_type: type[R], query: Mapping[str, Any], *, limit: int = 100) -> list[R]:
        """As `find`; in the place of a record that was merged its survivor, whom one knows by what it had as well."""
        there = {"$nor": [{"_deleted": {"$exists": True}, "_merged": None}]}
        cursor = self.store.collection(record_type.collection).find({**query, **there}, WITHOUT_PRIVATE)
        found: dict[str, R] = {}
        for document in await cursor.sort("_id", 1).limit(limit).to_list(limit):
            if (record := await self._recognised(record_type, document)) is not None:
                found.setdefault(record.id, record)
        return list(found.values())

    async def _recognised(self, record_type: type[R], document: Document) -> R | None:
        if "_merged" in document:
            return await self.look_up(record_type, document["_id"])
        return None if self._removes(record_type, document["_id"]) else self._keep(record_type, document)

    async def find(self, record_type: type[R], query: Mapping[str, Any], *, limit: int = 100) -> list[R]:
        """Records that match a MongoDB filter in the database, oldest first, each as this command knows it."""
        cursor = self.store.collection(record_type.collection).find({**query, "_deleted": None}, WITHOUT_PRIVATE)
        documents = await cursor.sort("_id", 1).limit(limit).to_list(limit)
        return [
            self._keep(record_type, document)
            for document in documents
            if not self._removes(record_type, document["_id"])
        ]

    def _known(self, record_type: type[Record], record_id: str) -> Document | None:
        """What the command has changed or read already: what it decided on, so what a save is guarded by."""
        key = record_type.collection, record_id
        change = self.changes.get(key)
        return change.after if change else self._loaded.get(key)

    def _still_known(self, record_type: type[Record], record_id: str) -> Document | None:
        """As `_known`, but for what must be read again."""
        key = record_type.collection, record_id
        return self._known(record_type, record_id) if key in self.changes or key not in self._outdated else None

    def _keep(self, record_type: type[R], document: Document) -> R:
        """Raises `Conflict` where the command read another version before its turn, and may have decided on it."""
        known = self._still_known(record_type, document["_id"])
        if known is None:
            key = record_type.collection, document["_id"]
            document = with_decimals(document)
            if self._loaded.get(key, document)["version"] != document["version"] and not self.rehearsing:
                raise Conflict
            self._loaded[key] = document
            self._outdated.discard(key)
        return to_record(record_type, known or document)

    def _removes(self, record_type: type[Record], record_id: str) -> bool:
        change = self.changes.get((record_type.collection, record_id))
        return change is not None and change.removed
