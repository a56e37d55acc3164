"""Reading records for clients: one, or a page of a list, straight from documents to JSON-ready views."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Final

import pymongo

from libs.contracts.values import Reference
from libs.domain.grants import Grants, Operation, hidden_fields, reaches, row_filter
from libs.domain.grants import trimmed as without_hidden
from libs.domain.people import Respondent
from libs.domain.record import FieldSpec, Record, specs_of
from libs.store.documents import WITHOUT_PRIVATE, public
from libs.store.errors import answering
from libs.store.indexes import REMOVED
from libs.store.mongo import Cursor, Document, with_decimals
from libs.store.query.fields import FieldKind, QueryField, QueryFields
from libs.store.query.options import ListQuery
from libs.store.query.selection import trimmed
from libs.store.reach import query_of
from libs.store.store import Store
from libs.store.work import missing

_LONGEST_READ: Final = 60.0

_KINDS: Final[Mapping[type, FieldKind]] = {
    bool: FieldKind.BOOLEAN,
    int: FieldKind.NUMBER,
    float: FieldKind.NUMBER,
    Decimal: FieldKind.MONEY,
    datetime: FieldKind.DATETIME,
    date: FieldKind.DATE,
    Reference: FieldKind.REFERENCE,
    Respondent: FieldKind.REFERENCE,
}


@cache
def query_fields_of(record_type: type[Record], hidden: frozenset[str] = frozenset()) -> QueryFields:
    """What lists of these records may filter, sort and search by, as the model's markers say; none of the `hidden`."""
    return {
        spec.name: QueryField(
            spec.name,
            _kind(spec),
            sortable=spec.listed is not None and not spec.many,
            searchable=spec.searched,
            choices=tuple(member.value for member in spec.type) if _is_choice(spec) else (),
            filterable=spec.listed is not None,
        )
        for spec in specs_of(record_type).values()
        if spec.name not in hidden
    }


def visible_fields(record_type: type[Record], grants: Grants) -> QueryFields:
    """The same, as far as the caller may see them."""
    return query_fields_of(record_type, hidden_fields(grants, record_type.collection))


def _is_choice(spec: FieldSpec) -> bool:
    return isinstance(spec.type, type) and issubclass(spec.type, StrEnum)


def _kind(spec: FieldSpec) -> FieldKind:
    if _is_choice(spec):
        return FieldKind.CHOICE_LIST if spec.many else FieldKind.CHOICE
    if spec.many:
        return FieldKind.REFERENCE_LIST if spec.type is Reference else FieldKind.TEXT_LIST
    if spec.name == "email":
        return FieldKind.EMAIL
    if spec.name == "id" or (spec.lookup and spec.type is str):
        return FieldKind.ID
    return next((kind for type_, kind in _KINDS.items() if spec.type is type_), FieldKind.TEXT)


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list. `count` is of the whole list, where it was asked for."""

    value: list[Mapping[str, Any]]
    has_more: bool
    count: int | None


async def read_one(store: Store, record_type: type[Record], record_id: str, grants: Grants) -> Mapping[str, Any]:
    """What the caller may see of a record; raises `NotFound`, also for what they may not see at all."""
    collection = record_type.collection
    async with answering():
        document = await store.collection(collection).find_one({"_id": record_id}, WITHOUT_PRIVATE)
    if document is None or "_deleted" in document or not reaches(grants, collection, Operation.READ, document):
        raise missing(record_type, record_id)
    return without_hidden(public(record_type, document), grants, collection)


async def read_page(
    store: Store, record_type: type[Record], query: ListQuery, grants: Grants, *, removed: bool = False
) -> Page:
    """The records of a page that the caller may see, or those `removed` that they may restore.

    `query` was read with no more than the `visible_fields`.
    """
    collection = store.collection(record_type.collection)
    wanted = _removed(record_type, query, grants) if removed else _visible(record_type, query, grants)
    # What is filtered and sorted by is indexed among all records; the removed ones are few, and found by their own.
    hint: Document = {"hint": REMOVED} if removed else {}
    async with answering():
        cursor = collection.find(wanted, WITHOUT_PRIVATE, **hint).sort(list(query.sort))
        documents = await cursor.skip(query.skip).limit(query.top + 1).to_list(query.top + 1)
        count = await collection.count_documents(wanted, **hint) if query.count else None
    views: list[Mapping[str, Any]] = [
        without_hidden(public(record_type, document), grants, record_type.collection)
        for document in documents[: query.top]
    ]
    if query.select:
        views = list(trimmed(views, query.select))
    return Page(views, has_more=len(documents) > query.top, count=count)


async def read_all(
    store: Store, record_type: type[Record], query: ListQuery, grants: Grants, *, batch: int
) -> AsyncGenerator[list[Mapping[str, Any]], None]:
    """As `read_page` the whole list, some records at a time as a server's cursor gives them; amounts are Decimals.

    `top`, `skip` and `select` of the query do not count.
    """
    collection, visible = store.collection(record_type.collection), _visible(record_type, query, grants)
    cursor = collection.find(visible, WITHOUT_PRIVATE, batch_size=batch).sort(list(query.sort))
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
async def count_up_to(store: Store, record_type: type[Record], query: ListQuery, grants: Grants, *, most: int) -> int:
    """How many records of the whole list the caller may see, no further than `most`."""
    visible = _visible(record_type, query, grants)
    return await store.collection(record_type.collection).count_documents(visible, limit=most)


def _visible(record_type: type[Record], query: ListQuery, grants: Grants) -> Document:
    return _all_of(query.filter, _rows(record_type, grants, Operation.READ), {"_deleted": None})


def _removed(record_type: type[Record], query: ListQuery, grants: Grants) -> Document:
    readable, removable = (_rows(record_type, grants, each) for each in (Operation.READ, Operation.DELETE))
    return _all_of(query.filter, readable, removable, {"_deleted": {"$exists": True}})


def _rows(record_type: type[Record], grants: Grants, operation: Operation) -> Document:
    return query_of(row_filter(grants, record_type.collection, operation))


def _all_of(*conditions: Mapping[str, Any]) -> Document:
    parts = [part for part in conditions if part]
    return dict(parts[0]) if len(parts) == 1 else {"$and": parts}
