"""What lies beside records under ids that begin with theirs, and goes once they are gone for good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from libs.store.errors import answering
from libs.store.files import Files
from libs.store.store import Store

SETTLED: Final = timedelta(days=1)
"""By then whatever was kept beside a record is named by it, or never will be."""

_AT_ONCE: Final = 1_000
_ID: Final = 36
"""Characters of the id of the record."""

Stage = Mapping[str, Any]

_UNNAMED: Final[Stage] = {
    "$match": {"$expr": {"$not": {"$in": ["$_id", {"$ifNull": [{"$first": "$records.attachments.id"}, []]}]}}}
}


@dataclass(frozen=True, slots=True)
class RecordFiles:
    """The files in `bucket`, which records of the collection name among their `attachments`.

    With `whole`, instead, one of each record, which has its id; that is what it is called where it is handed out.
    """

    collection: str
    bucket: str
    whole: str | None = None


@answering()
async def left_behind(
    store: Store,
    collection: str,
    records: str,
    *stages: Stage,
    before: datetime | None = None,
    of: Sequence[str] | None = None,
) -> list[str]:
    """The ids of those documents that the stages let pass, of files such as were kept `before` then.

    Each has its record in `records`, also one that waits in the recycle bin; nothing where that is purged. With `of`,
    only those of these records are looked at.
    """
    lookup = {"from": records, "localField": "owner", "foreignField": "_id", "as": "records"}
    pipeline: list[Stage] = [
        *([{"$match": {"uploadDate": {"$lt": before}}}] if before is not None else []),
        {"$set": {"owner": {"$substrCP": ["$_id", 0, _ID]}}},
        *([{"$match": {"owner": {"$in": list(of)}}}] if of is not None else []),
        {"$lookup": lookup},
        *stages,
        {"$project": {"_id": 1}},
        {"$limit": _AT_ONCE},
    ]
    return [row["_id"] async for row in store.collection(collection).aggregate(pipeline)]


async def unnamed(store: Store, files: RecordFiles, *, before: datetime, of: Sequence[str] | None = None) -> list[str]:
    """The ids of files, kept before then, that no record names any more. With `of`, of files of these records."""
    return await left_behind(store, f"{files.bucket}.files", files.collection, _UNNAMED, before=before, of=of)


async def drop_unnamed(store: Store, files: RecordFiles, *, before: datetime) -> None:
    kept = Files(store, files.bucket)
    while left := await unnamed(store, files, before=before):
        for file_id in left:
            await kept.drop(file_id)
