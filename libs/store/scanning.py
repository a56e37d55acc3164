"""Reading a collection from its first document to its last, some at a time."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final

import bson

from libs.store.errors import answering
from libs.store.mongo import CODEC, RAW, Document
from libs.store.store import Store

PAGE: Final = 500
WHOLE: Final = 100
"""Whole documents that are read at once; some are large."""

_OF_FILES: Final = (".files", ".chunks")


async def pages(store: Store, collection: str, paths: Iterable[str] | None = None) -> AsyncIterator[list[Document]]:
    """All documents in the order of their ids, removed ones too; with `paths` only these fields and `_id`."""
    projection = None if paths is None else dict.fromkeys(("_id", *paths), 1)
    query: Document = {}
    while True:
        async with answering():
            found = await store.collection(collection).find(query, projection).sort("_id", 1).limit(PAGE).to_list(PAGE)
        if not found:
            return
        yield found
        query = {"_id": {"$gt": found[-1]["_id"]}}


async def count_in(store: Store, collection: str, field: str, values: Iterable[str]) -> int:
    """How many documents have one of the values in an indexed field."""
    async with answering():
        return await store.collection(collection).count_documents({field: {"$in": list(values)}})


async def each_in(store: Store, collection: str, field: str, values: Iterable[str]) -> AsyncIterator[Document]:
    """The documents that have one of the values in an indexed field, each once."""
    async with answering():
        async for document in store.collection(collection).find({field: {"$in": list(values)}}):
            yield document


async def collections_of(store: Store) -> list[str]:
    """Every collection of the service but those that files lie in."""
    async with answering():
        names = await store.database.list_collection_names()
    return [name for name in names if not name.endswith(_OF_FILES) and not name.startswith("system.")]


async def mentioning(
    store: Store, collection: str, needles: Sequence[bytes], *, after: object = None
) -> AsyncIterator[tuple[list[Document], object]]:
    """Page by page the documents that have one of the needles (in lower case) in them, and the last id looked at.

    They are not taken apart before something is found in them: that would take many times as long.
    """
    raw: Any = store.collection(collection).with_options(codec_options=RAW)
    while True:
        query: Document = {} if after is None else {"_id": {"$gt": after}}
        async with answering():
            page = await raw.find(query).sort("_id", 1).limit(WHOLE).to_list(WHOLE)
        if not page:
            return
        after = page[-1]["_id"]
        documents = [bytes(each.raw) for each in page]
        yield [bson.decode(each, CODEC) for each in documents if _has(each.lower(), needles)], after


def _has(document: bytes, needles: Iterable[bytes]) -> bool:
    return any(needle in document for needle in needles)


@answering()
async def current(store: Store, collection: str, document_id: object) -> Document | None:
    found: Document | None = await store.collection(collection).find_one({"_id": document_id})
    return found


@answering()
async def rewrite(store: Store, collection: str, before: Document, after: Document) -> bool:
    """Changes the fields that differ; False where one of them has changed meanwhile."""
    changed = {name: value for name, value in after.items() if before[name] != value}
    unchanged = {"_id": before["_id"], **{name: before[name] for name in changed}}
    result = await store.collection(collection).update_one(unchanged, {"$set": changed})
    return bool(result.matched_count)


@answering()
async def forget(store: Store, collection: str, document_id: object) -> None:
    await store.collection(collection).delete_one({"_id": document_id})
