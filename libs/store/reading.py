"""Reading records for clients: one, or a page of a list, straight from documents to JSON-ready views."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Final

from libs.contracts.values import Reference
from libs.domain.people import Respondent
from libs.domain.record import FieldSpec, Record, specs_of
from libs.domain.refusals import NotFound
from libs.store.documents import WITHOUT_PRIVATE, public
from libs.store.errors import answering
from libs.store.query.fields import FieldKind, QueryField, QueryFields
from libs.store.query.options import ListQuery
from libs.store.query.selection import trimmed
from libs.store.store import Store

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
def query_fields_of(record_type: type[Record]) -> QueryFields:
    """What lists of these records may filter, sort and search by, as the model's markers say."""
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
    }


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

    value: list[dict[str, Any]]
    has_more: bool
    count: int | None


async def read_one(store: Store, record_type: type[Record], record_id: str) -> dict[str, Any]:
    """A record's public state; raises `NotFound`."""
    async with answering():
        document = await store.collection(record_type.collection).find_one({"_id": record_id}, WITHOUT_PRIVATE)
    if document is None or "_deleted" in document:
        raise NotFound(f"no {record_type.aggregate.rpartition('.')[2]} has the id {record_id}")
    return public(record_type, document)


async def read_page(store: Store, record_type: type[Record], query: ListQuery) -> Page:
    collection = store.collection(record_type.collection)
    visible = {"$and": [query.filter, {"_deleted": None}]} if query.filter else {"_deleted": None}
    async with answering():
        cursor = collection.find(visible, WITHOUT_PRIVATE).sort(list(query.sort)).skip(query.skip).limit(query.top + 1)
        documents = await cursor.to_list(query.top + 1)
        count = await collection.count_documents(visible) if query.count else None
    views = [public(record_type, document) for document in documents[: query.top]]
    if query.select:
        views = trimmed(views, query.select)
    return Page(views, has_more=len(documents) > query.top, count=count)
