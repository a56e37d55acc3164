"""Rows that several events contribute to, whatever order they arrive in and however often."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from libs.store.errors import already_there
from libs.store.mongo import Collection, Document


@dataclass(slots=True)
class Contribution:
    """What is known of one row: `fields`, which one event alone tells, and `members`, which any may add to."""

    fields: Document = field(default_factory=dict)
    members: set[str] = field(default_factory=set)


async def gather(collection: Collection, rows: Mapping[str, Contribution], *, into: str) -> None:
    """Upserts each row by its id: sets its fields, and adds to the list `into` those members that it lacks.

    A row with fields is mostly a new one, and an insert costs the database half of an upsert: it is tried first.
    """
    if not rows:
        return
    operations = [_insertion(key, row, into) if row.fields else _addition(key, row, into) for key, row in rows.items()]
    try:
        await collection.bulk_write(operations, ordered=False)
    except BulkWriteError as error:
        keys = list(rows)
        met = [keys[index] for index in already_there(error)]
        await collection.bulk_write([_addition(key, rows[key], into) for key in met], ordered=False)


def _insertion(key: str, row: Contribution, into: str) -> InsertOne[Document]:
    return InsertOne({"_id": key, **row.fields, into: sorted(row.members)})


def _addition(key: str, row: Contribution, into: str) -> UpdateOne:
    added = {"$addToSet": {into: {"$each": sorted(row.members)}}}
    return UpdateOne({"_id": key}, {"$set": row.fields, **added} if row.fields else added, upsert=True)
