"""Where imports lie: themselves, their files, the rows that failed, and what upserts have changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from libs.domain.record import Index
from libs.domain.refusals import FieldError, NotFound
from libs.jobs.jobs import JOBS, Job
from libs.store.clock import utc_now
from libs.store.errors import answering
from libs.store.files import Files
from libs.store.listing import find_page, owned
from libs.store.mongo import with_decimals
from libs.store.query.fields import FieldKind, QueryField, QueryFields
from libs.store.query.options import ListQuery
from libs.store.store import Document, Store
from libs.store.work import UnitOfWork
from libs.web.imports.model import UNDERWAY, Import

IMPORTS: Final = "imports"
ERRORS: Final = "import_errors"
CHANGES: Final = "import_changes"
DUPLICATES: Final = "import_duplicates"
MAPPINGS: Final = "import_mappings"
FILES: Final = "import_files"
ROWS: Final = (ERRORS, CHANGES)
"""What is kept of single rows; a row is about somebody as a whole."""

KEPT: Final = timedelta(days=30)
"""How long an import can be undone, as removed records can be brought back."""

INDEXES: Final[Mapping[str, tuple[Index, ...]]] = {
    IMPORTS: (Index(("owner_id", "-created_at")), Index(("created_at",))),
    CHANGES: (Index(("import_id", "record_id")),),
    f"{FILES}.files": (Index(("uploadDate",)),),
    MAPPINGS: (Index(("collection", "name")),),
}
"""To be built when the store is opened. Rows are found by their ids, which begin with that of their import."""

QUERY_FIELDS: Final[QueryFields] = {
    name: QueryField(name, kind, sortable=True, searchable=False)
    for name, kind in (
        ("id", FieldKind.ID),
        ("collection", FieldKind.TEXT),
        ("owner_id", FieldKind.ID),
        ("created_at", FieldKind.DATETIME),
    )
}

MAPPING_FIELDS: Final[QueryFields] = {
    name: QueryField(name, FieldKind.TEXT, sortable=True, searchable=False) for name in ("collection", "name")
}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row, or in an undo a record, with which nothing could be done, and why."""

    row: int
    errors: tuple[FieldError, ...]
    cells: tuple[str, ...] = ()
    record_id: str | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """What an upsert has made of a record: its open fields before and after, where they differ."""

    row: int
    record_id: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


@answering()
async def find(store: Store, import_id: str, *, owner_id: str | None = None) -> Import:
    """Raises `NotFound`, also for one that is not `owner_id`'s, where that is given."""
    document = await store.collection(IMPORTS).find_one({"_id": import_id, **owned(owner_id)})
    if document is None:
        raise NotFound(f"no import has the id {import_id}")
    return (await _presented(store, [document]))[0]


async def page(store: Store, query: ListQuery, *, owner_id: str | None = None) -> tuple[list[Import], int | None]:
    """One more import than the page holds, if there are more, and the count where it was asked for."""
    documents, count = await find_page(store.collection(IMPORTS), query, owned(owner_id))
    return await _presented(store, documents), count


@answering()
async def _presented(store: Store, documents: Sequence[Document]) -> list[Import]:
    working = [each["job_id"] for each in documents if each["state"] in UNDERWAY]
    found = await store.collection(JOBS).find({"_id": {"$in": working}}).to_list(None) if working else []
    jobs = {each["_id"]: Job.of(each) for each in found}
    return [Import.of(each, jobs.get(each.get("job_id", ""))) for each in documents]


def amend(work: UnitOfWork, found: Import, fields: Mapping[str, Any]) -> None:
    """Sets fields, if the import is still as it was found."""
    work.amend(IMPORTS, {"_id": found.id, "job_id": found.job_id}, {"$set": dict(fields)})


@answering()
async def settle(store: Store, import_id: str, job_id: str, fields: Mapping[str, Any]) -> None:
    """Sets fields, if the import is still this job's."""
    await store.collection(IMPORTS).update_one({"_id": import_id, "job_id": job_id}, {"$set": dict(fields)})


def _rows_of(import_id: str, first: int = 0) -> Document:
    """Matches the ids of an import's rows: `<import>#00000012`."""
    return {"_id": {"$gte": row_id(import_id, first), "$lt": f"{import_id}$"}}


def row_id(import_id: str, row: int) -> str:
    return f"{import_id}#{row:08}"


@answering()
async def keep_bad_rows(store: Store, import_id: str, rows: Iterable[BadRow]) -> None:
    """Stores the rows, once however often it is done."""
    documents = [bad_row_document(import_id, row) for row in rows]
    if documents:
        collection = store.collection(ERRORS)
        await collection.delete_many({"_id": {"$in": [each["_id"] for each in documents]}})
        await collection.insert_many(documents)


def bad_row_document(import_id: str, row: BadRow) -> Document:
    errors = [{"pointer": each.pointer, "code": each.code, "detail": each.detail} for each in row.errors]
    document: Document = {"_id": row_id(import_id, row.row), "row": row.row, "errors": errors, "cells": row.cells}
    return document if row.record_id is None else {**document, "record_id": row.record_id}


@answering()
async def bad_rows(store: Store, import_id: str, *, after: int, limit: int) -> list[BadRow]:
    """The rows with errors, in the order of the file."""
    rows = store.collection(ERRORS).find(_rows_of(import_id, after + 1))
    found = await rows.sort("_id", 1).limit(limit).to_list(limit)
    return [
        BadRow(
            each["row"],
            tuple(FieldError(**error) for error in each["errors"]),
            tuple(each["cells"]),
            each.get("record_id"),
        )
        for each in found
    ]


@answering()
async def forget_bad_rows(store: Store, import_id: str) -> None:
    await store.collection(ERRORS).delete_many(_rows_of(import_id))


@answering()
async def keep_duplicates(store: Store, import_id: str, rows: Mapping[int, Sequence[Mapping[str, Any]]]) -> None:
    """Stores by which rules rows are like which records, once however often it is done."""
    documents = [{"_id": row_id(import_id, row), "row": row, "duplicates": warnings} for row, warnings in rows.items()]
    if documents:
        collection = store.collection(DUPLICATES)
        await collection.delete_many({"_id": {"$in": [each["_id"] for each in documents]}})
        await collection.insert_many(documents)


@answering()
async def number_of_duplicates(store: Store, import_id: str) -> int:
    return await store.collection(DUPLICATES).count_documents(_rows_of(import_id))


@answering()
async def duplicates(store: Store, import_id: str, *, after: int, limit: int) -> list[Document]:
    """The rows that are like records or other rows, in the order of the file."""
    rows = store.collection(DUPLICATES).find(_rows_of(import_id, after + 1))
    return await rows.sort("_id", 1).limit(limit).to_list(limit)


@answering()
async def forget_duplicates(store: Store, import_id: str) -> None:
    await store.collection(DUPLICATES).delete_many(_rows_of(import_id))


def keep_changes(work: UnitOfWork, import_id: str, made: Sequence[Changed]) -> None:
    """Stores them in the same commit; that a row has changed something already is a conflict there."""
    documents = [
        {
            "_id": row_id(import_id, change.row),
            "import_id": import_id,
            "record_id": change.record_id,
            "before": change.before,
            "after": change.after,
        }
        for change in made
    ]
    work.put_all(CHANGES, documents)


@answering()
async def changes(store: Store, import_id: str, rows: Iterable[int]) -> list[Changed]:
    wanted = [row_id(import_id, row) for row in rows]
    found = await store.collection(CHANGES).find({"_id": {"$in": wanted}}).to_list(len(wanted))
    return [
        Changed(
            int(each["_id"].rpartition("#")[2]),
            each["record_id"],
            with_decimals(each["before"]),
            with_decimals(each["after"]),
        )
        for each in found
    ]


@answering()
async def changed_records(store: Store, import_id: str, record_ids: Iterable[str]) -> dict[str, int]:
    """Which of these records the import has changed already, and by which row."""
    wanted = {"import_id": import_id, "record_id": {"$in": list(record_ids)}}
    found = await store.collection(CHANGES).find(wanted, {"record_id": 1}).to_list(None)
    return {each["record_id"]: int(each["_id"].rpartition("#")[2]) for each in found}


@answering()
async def existing(store: Store, collection: str, ids: Sequence[str]) -> frozenset[str]:
    """Which of the ids are taken, by removed records too."""
    found = await store.collection(collection).find({"_id": {"$in": list(ids)}}, {"_id": 1}).to_list(len(ids))
    return frozenset(each["_id"] for each in found)


@answering()
async def number_of_removed(store: Store, collection: str, ids: Sequence[str]) -> int:
    wanted = {"_id": {"$in": list(ids)}, "_deleted": {"$exists": True}}
    return await store.collection(collection).count_documents(wanted, hint="_id_")


async def forget_old(store: Store) -> None:
    """Deletes imports that can no longer be undone, and all that belongs to them."""
    before = utc_now() - KEPT
    async with answering():
        found = store.collection(IMPORTS).find({"created_at": {"$lt": before}}, {"_id": 1})
        old = await found.limit(1000).to_list(1000)
        for each in old:
            for collection in (ERRORS, CHANGES, DUPLICATES):
                await store.collection(collection).delete_many(_rows_of(each["_id"]))
            await store.collection(IMPORTS).delete_one({"_id": each["_id"]})
    await Files(store, FILES).forget(before)
