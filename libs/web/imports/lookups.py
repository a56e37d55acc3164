"""References as people write them into a table: by id, name or e-mail."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from libs.domain.grants import Grants, Operation, row_filter
from libs.domain.record import Record, specs_of
from libs.domain.refusals import FieldError
from libs.store import copies
from libs.store.errors import answering
from libs.store.reach import query_of
from libs.store.store import Document, Store
from libs.tables.mapping import LookUp

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EXPLICIT: Final = re.compile(r"([a-z][a-z_]{1,40})/(\S{1,64})")
_NAMES: Final = ("name", "full_name", "title", "subject", "topic", "username")
_BEYOND: Final = "0"
"""Comes right after `/`, so that the ids `contacts/…` of copies lie between `contacts/` and `contacts0`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What stands in a cell, and where it may lead; to a record of any collection where none is named."""

    text: str
    collections: tuple[str, ...]
    by: LookUp | None = None

    @property
    def kind(self) -> LookUp:
        """How it is meant, where the mapping does not say: a UUID is an id, and an e-mail address has an @."""
        if self.by is not None:
            return self.by
        if _ID.fullmatch(self.text) or _EXPLICIT.fullmatch(self.text):
            return LookUp.ID
        return LookUp.EMAIL if "@" in self.text else LookUp.NAME


Found = tuple[str, str]
"""The collection and the id of a record."""


class Lookups:
    """Looks into the service's own records, and for others into its copies; sees no more than `grants` let."""

    def __init__(self, store: Store, grants: Grants) -> None:
        self._store = store
        self._grants = grants
        self._own: Mapping[str, type[Record]] = {record.collection: record for record in store.records}

    async def resolve(self, wanted: Iterable[Wanted]) -> dict[Wanted, Found | FieldError]:
        """Where each leads; the errors' pointers are empty."""
        answers: dict[Wanted, Found | FieldError] = {}
        asked: dict[tuple[str, LookUp], set[Wanted]] = {}
        for each in set(wanted):
            explicit = _EXPLICIT.fullmatch(each.text)
            if explicit:
                answers[each] = explicit[1], explicit[2]
            elif each.kind is LookUp.ID and len(each.collections) == 1:
                answers[each] = each.collections[0], each.text
            else:
                for collection in each.collections:
                    asked.setdefault((collection, each.kind), set()).add(each)
        hits: dict[Wanted, list[Found]] = {each: [] for group in asked.values() for each in group}
        for (collection, kind), group in asked.items():
            texts = {_compared(each.text, kind): each for each in group}
            for text, record_id in await self._hits(collection, kind, list(texts)):
                hits[texts[text]].append((collection, record_id))
        for each in set(wanted) - answers.keys():
            answers[each] = _one(each, hits.get(each, []))
        return answers

    @answering()
    async def _hits(self, collection: str, kind: LookUp, texts: list[str]) -> list[tuple[str, str]]:
        visible = query_of(row_filter(self._grants, collection, Operation.READ))
        record_type = self._own.get(collection)
        if record_type is not None:
            name = _field(record_type, kind)
            if name is None:
                return []
            query: Document = {name: {"$in": texts}, "_deleted": None, **visible}
            found = await self._store.collection(collection).find(query, {name: 1}).to_list(None)
            return [(each[name], each["_id"]) for each in found]
        if kind is LookUp.ID:
            query = {"_id": {"$in": [f"{collection}/{text}" for text in texts]}, "deleted": False, **visible}
        else:
            within = {"$gt": f"{collection}/", "$lt": f"{collection}{_BEYOND}"}
            query = {kind.value: {"$in": texts}, "_id": within, "deleted": False, **visible}
        rows = await self._store.collection(copies.COLLECTION).find(query, {"name": 1, "email": 1}).to_list(None)
        ids: list[str] = [row["_id"].partition("/")[2] for row in rows]
        return [(id_ if kind is LookUp.ID else row[kind.value], id_) for row, id_ in zip(rows, ids, strict=True)]


def _compared(text: str, kind: LookUp) -> str:
    return text.lower() if kind is LookUp.EMAIL else text


def _field(record_type: type[Record], kind: LookUp) -> str | None:
    """The field to look into, which has an index; None where there is none."""
    if kind is LookUp.ID:
        return "_id"
    specs = specs_of(record_type)
    names = ("email",) if kind is LookUp.EMAIL else _NAMES
    known: Iterable[Any] = (specs[name] for name in names if name in specs)
    return next((spec.name for spec in known if spec.listed and spec.listed.indexed), None)


def _one(wanted: Wanted, found: list[Found]) -> Found | FieldError:
    match found:
        case [one]:
            return one
        case []:
            where = " or ".join(wanted.collections) or "<collection>/<id>"
            return FieldError("", "unknown_reference", f"nothing in {where} has this {wanted.kind}")
        case _:
            return FieldError("", "ambiguous_reference", f"{len(found)} records have this {wanted.kind}")
