"""Marks, many at once: who was here before."""

from collections.abc import Iterable

from pymongo.errors import BulkWriteError

from libs.store.clock import utc_now
from libs.store.errors import already_there, answering
from libs.store.mongo import Collection


@answering()
async def mark_new(collection: Collection, keys: Iterable[str]) -> set[str]:
    """Gives a first mark to each key that has none; returns these."""
    wanted = list(dict.fromkeys(keys))
    try:
        await collection.insert_many([{"_id": key, "marks": 1, "at": utc_now()} for key in wanted], ordered=False)
    except BulkWriteError as error:
        return set(wanted) - {wanted[index] for index in already_there(error)}
    return set(wanted)


@answering()
async def unmark(collection: Collection, keys: Iterable[str]) -> None:
    await collection.delete_many({"_id": {"$in": list(keys)}})
