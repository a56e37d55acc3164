"""Whole collections by the keys of duplicates: the keys kept in step with the rules, and who has one in common."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import pymongo
from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from libs.domain.duplicates import KEY_LENGTH, DuplicateRules
from libs.store.documents import MATCH, WITHOUT_PRIVATE
from libs.store.errors import already_there, answering
from libs.store.keys import holding, keys_in, noted, owners
from libs.store.mongo import Document, Groups, with_decimals
from libs.store.store import Store

MOST_IN_BLOCK: Final = 1000
"""Records with one key that are compared; a value that more have in common tells nobody apart."""
_LONGEST_LOOK: Final = 120.0
_MODIFIED: Final = [("modified_at", 1), ("_id", 1)]
_BATCH: Final = 200
_MOST_TRIES: Final = 10


@answering()
async def rekey(
    store: Store, collection: str, rules: DuplicateRules, *, after: str | None, since: datetime | None, limit: int
) -> tuple[int, str | None]:
    """Gives the records behind the id `after` the keys of these rules; how many there were, and the last one's id.

    With `since` only those that have changed from then on. Neither versions nor events come of it; a record that
    changes meanwhile gets its keys by that.
    """
    query: Document = {} if since is None else {"modified_at": {"$gte": since}}
    if after is not None:
        query["_id"] = {"$gt": after}
    members = dict.fromkeys(("version", MATCH, *rules.fields), 1)
    hint: Document = {} if since is None else {"hint": _MODIFIED}
    found = store.collection(collection).find(query, members, **hint).sort("_id", 1)
    documents = await found.limit(limit).to_list(limit)
    for _ in range(_MOST_TRIES):
        if await _give_keys(store, collection, rules, documents):
            break
        ids = [document["_id"] for document in documents]
        documents = await store.collection(collection).find({"_id": {"$in": ids}}, members).sort("_id", 1).to_list(None)
    return len(documents), documents[-1]["_id"] if documents else None


async def _give_keys(store: Store, collection: str, rules: DuplicateRules, documents: Sequence[Document]) -> bool:
    """False where somebody else was quicker to take one of the keys."""
    wanted = {document["_id"]: rules.keys(with_decimals(document)) for document in documents}
    known = await owners(store.collection(collection), [key for keys in wanted.values() for key in keys])
    updates = []
    for document in documents:
        id_, before = document["_id"], document.get(MATCH, [])
        kept = [each for each in before if rules.among([each])]
        new = [key for key in wanted[id_] if key not in keys_in(document)]
        taken = [key for key in new if known.setdefault(key, id_) != id_]
        keys = [*kept, *noted(new, rules, record_id=id_, taken=taken)]
        if keys != before:
            update: Document = {"$set": {MATCH: keys}} if keys else {"$unset": {MATCH: ""}}
            updates.append(UpdateOne({"_id": id_, "version": document["version"]}, update))
    if updates:
        try:
            await store.collection(collection).bulk_write(updates, ordered=False)
        except BulkWriteError as error:
            return not already_there(error)
    return True


async def blocks(
    store: Store, collection: str, rules: DuplicateRules, rows: Mapping[str, Any], *, first: str, last: str
) -> AsyncGenerator[list[list[Document]], None]:
    """Records with a key from `first` to before `last` in common, as the rules look at them; some keys at a time."""
    between = {"$gte": first, "$lt": last}
    stages: list[Document] = [
        {"$match": {"$and": [{MATCH: {"$elemMatch": between}, "_deleted": None}, dict(rows)]}},
        {"$project": dict.fromkeys((*rules.fields, MATCH), 1)},
        {"$unwind": f"${MATCH}"},
        {"$match": {MATCH: between}},
        {
            "$group": {
                "_id": {"$substrBytes": [f"${MATCH}", 0, KEY_LENGTH]},
                "several": {"$firstN": {"input": "$$ROOT", "n": MOST_IN_BLOCK}},
            }
        },
        {"$match": {"several.1": {"$exists": True}}},
    ]
    cursor = store.collection(collection).aggregate(stages, allowDiskUse=True, batchSize=_BATCH)
    try:
        while found := await _some(cursor):
            yield [[with_decimals(document) for document in each["several"]] for each in found]
    finally:
        await cursor.close()


@answering()
async def _some(cursor: Groups) -> list[Document]:
    with pymongo.timeout(_LONGEST_LOOK):
        return await cursor.to_list(_BATCH)


@answering()
async def alike(
    store: Store, collection: str, keys: Sequence[str], rows: Mapping[str, Any], *, most: int
) -> list[Document]:
    """Whole records, of the `rows` that a filter tells, that have any of the keys."""
    found = store.collection(collection).find(holding(keys, rows), WITHOUT_PRIVATE)
    return [with_decimals(document) for document in await found.limit(most).to_list(most)]
