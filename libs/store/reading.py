"""Reading records for clients: one, or a page of a list, straight from documents to JSON-ready views."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, Final, Literal, get_args, get_origin

import pymongo

from libs.contracts.values import Reference, Value
from libs.domain.custom_fields import NO_CUSTOM_FIELDS, CustomFields, CustomValues
from libs.domain.grants import Grants, Operation, hidden_fields, reaches, row_filter
from libs.domain.grants import trimmed as without_hidden
from libs.domain.pointing import has_parts, points
from libs.domain.record import FieldSpec, Record, parts_of, specs_of
from libs.store.absent import absence, forbidden, missing
from libs.store.documents import WITHOUT_PRIVATE, public, whole
from libs.store.errors import answering
from libs.store.expanding import expanded
from libs.store.grouping import stages_of
from libs.store.indexes import REMOVED
from libs.store.leading import led_filter
from libs.store.mongo import Collection, Cursor, Document, with_decimals
from libs.store.query.expansion import Way, Ways
from libs.store.query.fields import FieldKind, QueryField, QueryFields
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
"""Said so that the index of ids is read for it."""

_KINDS: Final[Mapping[type, FieldKind]] = {
    bool: FieldKind.BOOLEAN,
    int: FieldKind.NUMBER,
    float: FieldKind.NUMBER,
    Decimal: FieldKind.MONEY,
    datetime: FieldKind.DATETIME,
    date: FieldKind.DATE,
}
_ID_SUFFIXES: Final = ("_ids", "_id")


@cache
def query_fields_of(record_type: type[Record], hidden: frozenset[str] = frozenset()) -> QueryFields:
    """What lists of these records may filter, sort and search by, as the model's markers say; none of the `hidden`."""
    listed: dict[str, QueryField] = {}
    for name, spec in specs_of(record_type).items():
        if name not in hidden:
            listed[name] = _query_field(spec, name)
            if spec.listed and listed[name].kind is FieldKind.OBJECT_LIST:
                listed |= _within(spec)
            elif spec.listed and has_parts(spec):
                listed |= _within(spec, sortable=True)
                listed[name] = replace(listed[name], filterable=False, sortable=False)
    return listed


def _within(spec: FieldSpec, *, sortable: bool = False) -> QueryFields:
    """What a field has, or each part of a list, for `any` and `all`."""
    paths = {f"{spec.name}/{name}": part for name, part in parts_of(spec.type).items()}
    return {path: replace(_query_field(part, path), filterable=True, sortable=sortable) for path, part in paths.items()}


@lru_cache(maxsize=256)
def custom_query_fields_of(model: type[CustomValues]) -> QueryFields:
    """The same for the custom fields of a collection."""
    paths = {f"custom/{name}": spec for name, spec in specs_of(model).items()}
    return {path: _query_field(spec, path) for path, spec in paths.items()}


def _query_field(spec: FieldSpec, path: str) -> QueryField:
    return QueryField(
        path,
        _kind(spec),
        sortable=spec.listed is not None and not spec.many,
        searchable=spec.searched,
        choices=_choices(spec),
        filterable=spec.listed is not None,
    )


def visible_fields(record_type: type[Record], grants: Grants, custom: CustomFields = NO_CUSTOM_FIELDS) -> QueryFields:
    """The same of both, as far as the caller may see them."""
    hidden = hidden_fields(grants, record_type.collection)
    fields = query_fields_of(record_type, hidden)
    return {**fields, **custom_query_fields_of(custom.model)} if custom.names and "custom" not in hidden else fields


def _choices(spec: FieldSpec) -> tuple[str, ...]:
    if get_origin(spec.type) is Literal:
        return get_args(spec.type)
    is_enumeration = isinstance(spec.type, type) and issubclass(spec.type, StrEnum)
    return tuple(member.value for member in spec.type) if is_enumeration else ()


def _kind(spec: FieldSpec) -> FieldKind:
    if _choices(spec):
        return FieldKind.CHOICE_LIST if spec.many else FieldKind.CHOICE
    if spec.many:
        return _kind_of_list(spec.type)
    if spec.name == "email":
        return FieldKind.EMAIL
    if spec.name == "id" or (spec.lookup and spec.type is str):
        return FieldKind.ID
    if points(spec.type):
        return FieldKind.REFERENCE
    other = FieldKind.OPEN if spec.listed and get_origin(spec.type) is dict else FieldKind.TEXT
    return next((kind for type_, kind in _KINDS.items() if spec.type is type_), other)


def _kind_of_list(element: Any) -> FieldKind:
    if element is Reference:
        return FieldKind.REFERENCE_LIST
    return FieldKind.OBJECT_LIST if isinstance(element, type) and issubclass(element, Value) else FieldKind.TEXT_LIST


def ways_of(record_type: type[Record], records: Iterable[type[Record]], grants: Grants) -> Ways:
    """The ways from one kind of record to those of the same service, by name, as far as the caller may see them.

    A field of ids gives one without its suffix (`lead_id`: `lead`); a reference one for each collection that it may
    point to (`customer`: `customer_account`, `customer_contact`).
    """
    own = {record.collection: record for record in records}
    hidden = hidden_fields(grants, record_type.collection)
    ways = [
        Way(_name_of(spec, target), spec.name, target.collection, spec.many, visible_fields(target, grants))
        for spec in specs_of(record_type).values()
        if spec.lookup is not None and spec.name not in hidden
        for target in map(own.get, spec.lookup.collections)
        if target is not None
    ]
    return {way.name: way for way in ways}


def _name_of(spec: FieldSpec, target: type[Record]) -> str:
    if points(spec.type):
        return f"{spec.name}_{target.aggregate.rpartition('.')[2]}"
    return next((spec.name.removesuffix(suffix) for suffix in _ID_SUFFIXES if spec.name.endswith(suffix)), spec.name)


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
        # As it is: a projection costs the database more than what waits for the broker beside one record.
        document = await store.collection(collection).find_one({"_id": record_id})
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
