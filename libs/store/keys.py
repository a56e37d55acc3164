"""How the keys by which a record is found as a duplicate lie in its document.

Whoever has a key first has it as it is, the others with their id behind it, and an index lets nobody have it twice as
it is. So the insert of a new record asks by itself whether there may be another like it: it costs nothing more where
there is none, and of two at once one is told.

A record keeps what it once had, removed or changed: somebody must have the key as it is while others have it. What is
found is compared anyway.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from bson.regex import Regex
from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from libs.domain.duplicates import KEY_LENGTH, DuplicateRules
from libs.store.documents import MATCH
from libs.store.errors import already_there
from libs.store.mongo import Collection, Document, with_decimals

_ACCESS: Final = ("owner_id", "shares")


def noted(keys: Iterable[str], rules: DuplicateRules, *, record_id: str, taken: Iterable[str]) -> list[str]:
    """The keys as they are stored; `taken` are those that another has already. Crowded ones are nobody's."""
    others = {*taken, *rules.crowded(keys)}
    return [f"{key}#{record_id}" if key in others else key for key in keys]


def keys_in(document: Mapping[str, Any]) -> list[str]:
    """The keys of a stored document."""
    return [each[:KEY_LENGTH] for each in document.get(MATCH, ())]


def owned_by(document: Mapping[str, Any]) -> list[str]:
    """The keys that this record was the first to have."""
    return [each for each in document.get(MATCH, ()) if len(each) == KEY_LENGTH]


async def owners(collection: Collection, keys: Sequence[str]) -> dict[str, str]:
    """The id of the record that was the first to have it, by key."""
    if not keys:
        return {}
    wanted = set(keys)
    found = await collection.find({MATCH: {"$in": list(wanted)}}, {MATCH: 1}).to_list(None)
    return {key: document["_id"] for document in found for key in owned_by(document) if key in wanted}


async def holders(
    collection: Collection, keys: Iterable[str], rules: DuplicateRules, rows: Mapping[str, Any], *, most: int
) -> list[Document]:
    """Records with any of the keys, of the `rows` that a filter tells: their keys, what the rules look at, access."""
    members = dict.fromkeys((MATCH, *_ACCESS, *rules.fields), 1)
    found = await collection.find(holding(keys, rows), members).limit(most).to_list(most)
    return [with_decimals(each) for each in found]


def holding(keys: Iterable[str], rows: Mapping[str, Any]) -> Document:
    """The filter of records, not removed, that have any of the keys."""
    theirs: Document = {MATCH: {"$in": [Regex(f"^{key}") for key in dict.fromkeys(keys)]}, "_deleted": None}
    return {"$and": [theirs, dict(rows)]} if rows else theirs


async def pass_on(collection: Collection, keys: Iterable[str]) -> None:
    """Gives keys that nobody has as they are any more to one of those who have them."""
    updates = []
    for key in keys:
        heir = await collection.find_one({MATCH: Regex(f"^{key}#")}, {"_id": 1})
        if heir is not None:
            updates.append(UpdateOne({"_id": heir["_id"]}, {"$addToSet": {MATCH: key}}))
    if updates:
        try:
            await collection.bulk_write(updates, ordered=False)
        except BulkWriteError as error:
            already_there(error)  # a new record has it: that is as good
