"""Records that have not the words by which they are to be found are given them; no version and no event comes of it."""

from collections.abc import Mapping
from typing import Any, Final

from pymongo import ReplaceOne, UpdateOne

from libs.domain.record import Record
from libs.store.documents import WORDS
from libs.store.errors import answering
from libs.store.store import Document, Store
from libs.store.wording import searched_fields, words_of

COLLECTION: Final = "wordings"
"""Has for each collection of records by which fields all of them are found."""

_PAGE: Final = 500


async def complete_words(store: Store) -> None:
    """Those from before records were found by these fields, and those that a copy of an earlier release has made.

    Two copies that do so at once do the same.
    """
    async with answering():
        known = {row["_id"]: row["fields"] async for row in store.collection(COLLECTION).find()}
    completed = []
    for record_type in store.records:
        if fields := list(searched_fields(record_type)):
            name, is_complete = record_type.collection, known.get(record_type.collection) == fields
            await reword(store, record_type, {WORDS: None} if is_complete else {})
            if not is_complete:
                completed.append(ReplaceOne({"_id": name}, {"_id": name, "fields": fields}, upsert=True))
    if completed:
        async with answering():
            await store.collection(COLLECTION).bulk_write(completed)


async def reword(store: Store, record_type: type[Record], query: Mapping[str, Any]) -> None:
    """Gives the records that match the words that they have now; who changes one meanwhile gives it its words."""
    collection, fields = store.collection(record_type.collection), searched_fields(record_type)
    members, last = dict.fromkeys((*fields, WORDS), 1), ""
    while True:
        async with answering():
            rows = collection.find({**query, "_id": {"$gt": last}}, members).sort("_id", 1)
            found = await rows.limit(_PAGE).to_list(_PAGE)
            if not found:
                return
            if updates := [update for each in found if (update := _update(record_type, each)) is not None]:
                await collection.bulk_write(updates, ordered=False)
        last = found[-1]["_id"]


def _update(record_type: type[Record], document: Document) -> UpdateOne | None:
    words = words_of(record_type, document)
    if words == document.get(WORDS, []):
        return None
    as_read = {name: document.get(name) for name in searched_fields(record_type)}
    return UpdateOne({"_id": document["_id"], **as_read}, {"$set": {WORDS: words}})
