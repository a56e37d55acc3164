"""Rows that several events contribute to, whatever order they arrive in and however often."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pymongo import UpdateOne

from libs.store.mongo import Collection, Document


@dataclass(slots=True)
class Contribution:
    """What is known of one row: `fields`, which one event alone tells, and `members`, which any may add to."""

    fields: Document = field(default_factory=dict)
    members: set[str] = field(default_factory=set)


async def gather(collection: Collection, rows: Mapping[str, Contribution], *, into: str) -> None:
    """Upserts each row by its id: sets its fields, and adds to the list `into` those members that it lacks."""
    if not rows:
        return
    operations = [UpdateOne({"_id": key}, _update(row, into), upsert=True) for key, row in rows.items()]
    await collection.bulk_write(operations, ordered=False)


def _update(row: Contribution, into: str) -> Document:
    added = {"$addToSet": {into: {"$each": sorted(row.members)}}}
    return {"$set": row.fields, **added} if row.fields else added
