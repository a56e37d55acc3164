"""Indexes, declared beside the model and built at start; MongoDB builds them without locking out traffic."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import pymongo
from pymongo import ASCENDING, DESCENDING, IndexModel

from libs.domain.pointing import has_parts, pointing_to
from libs.domain.record import Index, Record, specs_of
from libs.store.documents import CLAIMS, MATCH, WORDS
from libs.store.mongo import Database
from libs.store.wording import searched_fields

_DAY: Final = 24 * 3600
_LONGEST_BUILD: Final = _DAY

PRIVATE: Final[Mapping[str, Sequence[IndexModel]]] = {
    "inbox": [IndexModel([("at", ASCENDING)], expireAfterSeconds=100 * _DAY)],
    "requests": [IndexModel([("at", ASCENDING)], expireAfterSeconds=_DAY)],
    "outbox": [IndexModel([("at", ASCENDING)])],
    "attempts": [IndexModel([("at", ASCENDING)], expireAfterSeconds=7 * _DAY)],
    "erased_people": [IndexModel([("until", DESCENDING)]), IndexModel([("records", ASCENDING)])],
}
"""Collections that every service has. Inbox rows outlive the longest replay, which is 90 days; the mark of an attempt
ends with its message, and by its age where the process died in between."""

_CLAIMED: Final = IndexModel([(CLAIMS, ASCENDING)], unique=True, partialFilterExpression={CLAIMS: {"$gt": ""}})
"""Not `sparse`: a record whose last claim has passed on has an empty array, which such an index holds, and but once."""

REMOVED: Final = [("_deleted", ASCENDING)]
"""The keys of the index that holds the removed records alone."""


def indexes_of(record_type: type[Record], mergeable: frozenset[str]) -> list[IndexModel]:
    """`mergeable` are the collections whose records can be merged."""
    indexed = [spec for spec in specs_of(record_type).values() if spec.listed and spec.listed.indexed]
    single = [Index((f"{spec.name}.$**" if has_parts(spec) else spec.name,)) for spec in indexed]
    return [
        IndexModel([("_pending", ASCENDING)], sparse=True),
        IndexModel(REMOVED, sparse=True),
        IndexModel([(MATCH, ASCENDING)], unique=True, sparse=True),
        IndexModel([("custom.$**", ASCENDING)]),  # any custom field; a record without them has no entry
        IndexModel(
            [("_request.key", ASCENDING)],
            unique=True,
            partialFilterExpression={"_request.key": {"$exists": True}},
        ),
        IndexModel(
            [("shares.principal_id", ASCENDING), ("_id", ASCENDING)],
            partialFilterExpression={"shares.principal_id": {"$exists": True}},
        ),
        *([_CLAIMED] if record_type.claiming else []),
        *([IndexModel([(WORDS, ASCENDING)])] if searched_fields(record_type) else []),
        *(index_model(index) for index in (*single, *record_type.indexes, *_of_pointers(record_type, mergeable))),
    ]


def _of_pointers(record_type: type[Record], mergeable: frozenset[str]) -> list[Index]:
    """By these a mover finds what points to a record that was merged, or did (libs/store/moving.py)."""
    fields = pointing_to(record_type, mergeable)
    first = {index.fields[0] for index in record_type.indexes}
    known = first | {name for name, spec in specs_of(record_type).items() if spec.listed and spec.listed.indexed}
    paths = [field.path for field in fields if field.path not in known]
    return [Index((path,), sparse=True) for path in (*paths, "_moved.subjects")]


def index_model(index: Index) -> IndexModel:
    """An index that has `_id`, at its end by default, so that pages are stable; a unique one ends in what is unique.

    One of all members (`fields.$**`) is of one field and sparse by its nature.
    """
    keys = [(name.lstrip("-"), DESCENDING if name[0] == "-" else ASCENDING) for name in index.fields]
    if index.expires_after is not None:
        return IndexModel(keys, expireAfterSeconds=int(index.expires_after.total_seconds()))
    if index.unique:
        return IndexModel(keys, unique=True, partialFilterExpression={keys[0][0]: {"$exists": True}})
    if keys[0][0].endswith("$**"):
        return IndexModel(keys)
    if index.sparse:
        return IndexModel(keys, sparse=True)
    if "_id" not in index.fields:
        keys.append(("_id", ASCENDING))
    return IndexModel(keys, partialFilterExpression=dict([index.only])) if index.only else IndexModel(keys)


async def build(database: Database, indexes: Mapping[str, Sequence[IndexModel]]) -> None:
    """Builds what is missing, however long a large collection takes; an index that exists costs nothing."""
    with pymongo.timeout(_LONGEST_BUILD):
        for collection, models in indexes.items():
            if models:
                await database[collection].create_indexes(list(models))


async def undeclared(database: Database, indexes: Mapping[str, Sequence[IndexModel]]) -> dict[str, list[str]]:
    """The names of indexes that these collections have and nobody declares any more, by collection.

    They cost every write. Nobody drops them here: copies of another release may run beside this one, and want them.
    """

    async def left_in(collection: str, models: Sequence[IndexModel]) -> tuple[str, list[str]]:
        declared = {model.document["name"] for model in models}
        return collection, sorted(set(await database[collection].index_information()) - declared - {"_id_"})

    found = await asyncio.gather(*(left_in(collection, models) for collection, models in indexes.items()))
    return {collection: names for collection, names in sorted(found) if names}
