"""Reading records for clients: one, or a page of a list, straight from documents to JSON-ready views."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pymongo

from libs.domain.grants import Grants, Operation, reaches, row_filter
from libs.domain.grants import trimmed as without_hidden
from libs.domain.record import Record
from libs.store.absent import absence, forbidden, missing
from libs.store.documents import WITHOUT_PRIVATE, public, whole
from libs.store.errors import answering
from libs.store.expanding import expanded
from libs.store.grouping import stages_of
from libs.store.indexes import REMOVED
from libs.store.leading import led_filter
from libs.store.mongo import Collection, Cursor, Document, with_decimals
from libs.store.query.options import GroupQuery, ListQuery, RecordQuery
from libs.store.query.selection import trimmed
from libs.store.reach import query_of
from libs.store.store import Store

_LONGEST_READ: Final = 10.0
_BOUNDLESS: Final = 2**31

_TO_READ: Final = (Operation.READ,)
_TO_RESTORE: Final = (Operation.READ, Operation.DELETE)

_KEPT: Final[Document] = {"_deleted": None}
_HIDDEN: Final[Document] = {"_deleted": {"$exists": True}}
"""Removed, or merged into another."""

_REMOVED: Final[Document] = {**_HIDDEN, "_merged": None}
_ANY: Final[Document] = {"_id": {"$gte": ""}}
"""Every document; said like this, the database counts in the index of ids."""


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list. `count` is of the whole list, where it was asked for."""

    value: Sequence[Mapping[str, Any]]
    has_more: bool
    count: int | None


async def read_one(
    store: Store, record_type: type[Record], record_id: str, grants: Grants, *, to: Operation = Operation.READ
) -> Mapping[str, Any]:
    """What the caller may see of a record; raises `NotFound`, also for what they may not see at all.

    Raises `MovedOn` for one that was merged into another. With another operation in `to`, raises `Forbidden` where they
    may not do that to the record.
    """
    collection = record_type.collection
    async with answering():
        document = await store.document(collection, record_id)
    gone = document is None or ("_deleted" in document and "_merged" not in document)
    if document is None or gone or not reaches(grants, collection, Operation.READ, document):
        raise missing(record_type, record_id)
    if "_merged" in document:
        raise await absence(store, record_type, record_id)
    if not reaches(grants, collection, to, document):
        raise forbidden(collection, to)
    return without_hidden(public(record_type, document), grants, collection)


async def read_page(
    store: Store, record_type: type[Record], query: ListQuery, grants: Grants, *, removed: bool = False
) -> Page:
    """The records of a page that the caller may see, or those `removed` that they may restore.

    `query` was read with no more than the `visible_fields`.
    """
    collection = store.collection(record_type.collection)
    reached = await _reached(store, record_type, query, grants, _TO_RESTORE if removed else _TO_READ)
    wanted = _all_of(reached, _REMOVED if removed else _KEPT)
    # What is filtered and sorted by is indexed among all records; the removed ones are few, and found by their own.
    hint: Document = {"hint": REMOVED} if removed else {}
    async with answering():
        cursor = store.for_json(record_type.collection).find(wanted, _members(record_type, query), **hint)
        documents = await cursor.sort(list(query.sort)).skip(query.skip).limit(query.limit).to_list(query.limit)
        count = await (_count_removed if removed else _count_kept)(collection, reached) if query.count else None
    views = [
        without_hidden(public(record_type, document), grants, record_type.collection)
        for document in documents[: query.top]
    ]
    return Page(await presented(store, views, query, grants), has_more=len(documents) > query.top, count=count)


def _members(record_type: type[Record], query: ListQuery) -> Mapping[str, int]:
    """What to read of each document; all that is public where more than the selection is needed."""
    if query.projection is None or query.expand or record_type.kinds:
        return whole(record_type)
    return dict.fromkeys(query.projection, 1)


async def presented(
    store: Store, views: Sequence[Mapping[str, Any]], query: RecordQuery, grants: Grants
) -> Sequence[Mapping[str, Any]]:
    """The views as `$select` and `$expand` would have them; beside them stands what the caller may see."""
    if not query.expand:
        return trimmed(views, query.select) if query.select else views
    additions = await expanded(store, views, query.expand, grants)
    if query.select:
        views = trimmed(views, query.select)
    return [{**view, **addition} for view, addition in zip(views, additions, strict=True)]


async def read_all(
    store: Store, record_type: type[Record], query: ListQuery, grants: Grants, *, batch: int
) -> AsyncGenerator[list[Mapping[str, Any]], None]:
    """As `read_page` the whole list, some records at a time as a server's cursor gives them; amounts are Decimals.

    `top`, `skip` and `select` of the query do not count.
    """
    visible = _all_of(await _reached(store, record_type, query, grants), _KEPT)
    cursor = store.collection(record_type.collection).find(visible, WITHOUT_PRIVATE, batch_size=batch)
    cursor = cursor.sort(list(query.sort))
    try:
        with pymongo.timeout(_LONGEST_READ):  # what the server may spend on the whole of it
            documents = await _some(cursor, batch)
        while documents:
            views = [public(record_type, with_decimals(document)) for document in documents]
            yield [without_hidden(view, grants, record_type.collection) for view in views]
            documents = await _some(cursor, batch)
    finally:
        await cursor.close()


@answering()
async def _some(cursor: Cursor, most: int) -> list[Document]:
    return await cursor.to_list(most)


@answering()
async def count_up_to(
    store: Store, record_type: type[Record], query: ListQuery, grants: Grants, *, most: int = _BOUNDLESS
) -> int:
    """How many records of the whole list the caller may see, no further than `most`."""
    reached = await _reached(store, record_type, query, grants)
    return await _count_kept(store.collection(record_type.collection), reached, most=most)


async def _count_kept(collection: Collection, reached: Document, *, most: int = _BOUNDLESS) -> int:
    """All of them without the hidden ones: both are counted in indexes, without a look at the records themselves."""
    hidden = await _count_removed(collection, reached, _HIDDEN)
    every = await collection.count_documents(reached or _ANY, limit=most + hidden)
    return max(0, every - hidden)


async def _count_removed(collection: Collection, reached: Document, which: Document = _REMOVED) -> int:
    return await collection.count_documents(_all_of(reached, which), hint=REMOVED)


async def read_groups(store: Store, record_type: type[Record], query: GroupQuery, grants: Grants) -> Page:
    """Groups of the records that the caller may see, and the figures of each."""
    taken = await led_filter(store, record_type, query.aggregation.filter)
    rows = _rows(record_type, grants, Operation.READ)
    stages = [
        {"$match": _all_of(taken, rows, _KEPT)},
        *stages_of(query.aggregation),
        {"$sort": dict(query.sort)},
        {"$skip": query.skip},
        {"$limit": query.top + 1},
    ]
    async with answering():
        found = await store.collection(record_type.collection).aggregate(stages).to_list(query.top + 1)
    groups = [{name: value for name, value in group.items() if name != "_id"} for group in found]
    return Page(groups[: query.top], has_more=len(groups) > query.top, count=None)


async def _reached(
    store: Store,
    record_type: type[Record],
    query: ListQuery,
    grants: Grants,
    operations: Sequence[Operation] = _TO_READ,
) -> Document:
    """Records of the list that the caller reaches by all of the operations, removed or not."""
    taken = await led_filter(store, record_type, query.filter)
    return _all_of(taken, *(_rows(record_type, grants, each) for each in operations))


def _rows(record_type: type[Record], grants: Grants, operation: Operation) -> Document:
    return query_of(row_filter(grants, record_type.collection, operation))


def _all_of(*conditions: Mapping[str, Any]) -> Document:
    parts = [part for part in conditions if part]
    return {"$and": parts} if len(parts) > 1 else dict(*parts)
