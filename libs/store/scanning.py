"""Reading a collection from its first document to its last, some at a time."""

from collections.abc import AsyncIterator, Iterable
from typing import Final

from libs.store.errors import answering
from libs.store.mongo import Document
from libs.store.store import Store

PAGE: Final = 500


async def pages(
    store: Store, collection: str, paths: Iterable[str] | None = None, *, after: object = None
) -> AsyncIterator[list[Document]]:
    """In the order of their ids, behind `after`; removed ones too. With `paths`, these fields and private ones only."""
    projection = None if paths is None else dict.fromkeys(("_id", *paths), 1)
    while True:
        query: Document = {} if after is None else {"_id": {"$gt": after}}
        async with answering():
            found = await store.collection(collection).find(query, projection).sort("_id", 1).to_list(PAGE)
        if not found:
            return
        yield found
        after = found[-1]["_id"]


async def count_in(store: Store, collection: str, field: str, values: Iterable[str]) -> int:
    """How many documents have one of the values in an indexed field."""
    async with answering():
        return await store.collection(collection).count_documents({field: {"$in": list(values)}})


async def each_in(store: Store, collection: str, field: str, values: Iterable[str]) -> AsyncIterator[Document]:
    """The documents that have one of the values in an indexed field, each once."""
    async with answering():
        async for document in store.collection(collection).find({field: {"$in": list(values)}}):
            yield document
