"""Projections: one row per source record, and only ever a newer state of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService
from libs.store.errors import already_there
from libs.store.mongo import Collection, Document

_EPOCH_SHIFT: Final = 40
_SEQUENCE: Final = (1 << _EPOCH_SHIFT) - 1


def newness(envelope: Envelope) -> int:
    return newness_of(envelope.epoch, envelope.sequence)


def newness_of(epoch: int, sequence: int) -> int:
    """Both as one number that the database compares; room for 2^40 versions of a record."""
    return epoch << _EPOCH_SHIFT | sequence


def newest(envelopes: Iterable[Envelope]) -> dict[str, Envelope]:
    """Of each record only its newest event, by subject."""
    found: dict[str, Envelope] = {}
    for envelope in envelopes:
        known = found.get(envelope.subject)
        if known is None or envelope.newness >= known.newness:
            found[envelope.subject] = envelope
    return found


async def upsert_newest(collection: Collection, rows: Mapping[str, tuple[int, Document]]) -> None:
    """Writes each row (id → its newness and fields) unless a newer one is stored.

    The guard stands in the filter: where the stored row is as new or newer nothing matches, the upsert tries an insert,
    and its duplicate key says so. It says the same where another copy has just made the row from an older event, so
    those rows are written once more, without an insert. A record's first version is mostly a new row, and an insert
    costs the database a third of an upsert: it is tried alone.
    """
    if rows and (met := await _write(collection, rows, may_insert=True)):
        await _write(collection, met, may_insert=False)


async def forget_older(collection: Collection, restored: RestoredService, gone: Document) -> None:
    """After a service was set back: its records that were not told since are `gone`, until they are.

    Rows are those of `upsert_newest`, by subject. What was told since is newer than the mark, whichever comes first.
    """
    floor = restored.epoch << _EPOCH_SHIFT
    for name in restored.collections:
        older = {"_id": {"$gte": f"{name}/", "$lt": f"{name}0"}, "newness": {"$lt": floor}}
        await collection.update_many(older, {"$set": {**gone, "newness": floor}})


async def insert_missing(collection: Collection, documents: Sequence[Document]) -> None:
    """Inserts those whose `_id` is not there yet."""
    if not documents:
        return
    try:
        await collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        already_there(error)


async def _write(
    collection: Collection, rows: Mapping[str, tuple[int, Document]], *, may_insert: bool
) -> dict[str, tuple[int, Document]]:
    """Returns the rows whose insert met another."""
    operations = [
        _insertion(key, number, fields)
        if may_insert and _is_first(number)
        else _update(key, number, fields, upsert=may_insert)
        for key, (number, fields) in rows.items()
    ]
    try:
        await collection.bulk_write(operations, ordered=False)
    except BulkWriteError as error:
        keys = list(rows)
        return {keys[index]: rows[keys[index]] for index in already_there(error)}
    return {}


def _is_first(number: int) -> bool:
    return number & _SEQUENCE <= 1


def _insertion(key: str, number: int, fields: Document) -> InsertOne[Document]:
    return InsertOne({"_id": key, **fields, "newness": number})


def _update(key: str, number: int, fields: Document, *, upsert: bool) -> UpdateOne:
    return UpdateOne({"_id": key, "newness": {"$lt": number}}, {"$set": {**fields, "newness": number}}, upsert=upsert)
