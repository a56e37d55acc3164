"""What lies beside e-mails goes once their records are gone for good."""

from datetime import datetime, timedelta
from typing import Any, Final

from libs.jobs.schedules import scheduled
from libs.store.errors import answering
from libs.store.files import Files
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.activity.activities.model.kinds import AnyActivity
from services.activity.email_contents.store import BODIES, FILES
from services.activity.email_receiving.store import ARRIVALS, RAW

_SETTLED: Final = timedelta(days=1)
"""By then whatever was kept beside a record is named by it."""
_AT_ONCE: Final = 1_000
_ID: Final = 36
"""Characters of the id of the e-mail, with which the id of each of its files begins."""


@scheduled("tidy_emails", "40 3 * * *")
async def tidy(work: UnitOfWork) -> None:
    await forget_purged(work.store, work.now - _SETTLED)


@answering()
async def forget_purged(store: Store, before: datetime) -> None:
    """Of what was kept before then, what no e-mail has any more, also not one that can be restored."""
    bodies = await _left(store, BODIES, [{"$match": {"records": []}}])
    await store.collection(BODIES).delete_many({"_id": {"$in": bodies}})
    old: dict[str, Any] = {"$match": {"uploadDate": {"$lt": before}}}
    named = {"$in": ["$_id", {"$ifNull": [{"$first": "$records.attachments.id"}, []]}]}
    for file_id in await _left(store, f"{FILES}.files", [{"$match": {"$expr": {"$not": named}}}], old):
        await Files(store, FILES).drop(file_id)
    waiting = {"$lookup": {"from": ARRIVALS, "localField": "_id", "foreignField": "_id", "as": "arrivals"}}
    done = {"$match": {"records": [], "arrivals.free_at": {"$exists": False}}}
    for file_id in await _left(store, f"{RAW}.files", [waiting, done], old):
        await Files(store, RAW).drop(file_id)


async def _left(store: Store, collection: str, stages: list[dict[str, Any]], *first: dict[str, Any]) -> list[str]:
    """The ids of those that the stages let pass; each document has its e-mail, if there is one, in `records`."""
    stages = [
        *first,
        {"$set": {"owner": {"$substrCP": ["$_id", 0, _ID]}}},
        {"$lookup": {"from": AnyActivity.collection, "localField": "owner", "foreignField": "_id", "as": "records"}},
        *stages,
        {"$project": {"_id": 1}},
        {"$limit": _AT_ONCE},
    ]
    return [row["_id"] async for row in store.collection(collection).aggregate(stages)]
