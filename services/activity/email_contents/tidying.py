"""What lies beside e-mails goes once their records are gone for good."""

from datetime import datetime
from typing import Final

from libs.jobs.schedules import scheduled
from libs.store.attached import SETTLED, Stage, drop_unnamed, left_behind
from libs.store.errors import answering
from libs.store.files import Files
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.activity.activities.model.kinds import AnyActivity
from services.activity.email_contents.store import BODIES, FILES
from services.activity.email_receiving.store import ARRIVALS, RAW

_OF_NOBODY: Final[Stage] = {"$match": {"records": []}}
_ARRIVAL: Final[Stage] = {
    "$lookup": {"from": ARRIVALS, "localField": "_id", "foreignField": "_id", "as": "arrivals"},
}
_SORTED: Final[Stage] = {"$match": {"arrivals.free_at": {"$exists": False}}}


@scheduled("tidy_emails", "40 3 * * *")
async def tidy(work: UnitOfWork) -> None:
    await forget_purged(work.store, work.now - SETTLED)


@answering()
async def forget_purged(store: Store, before: datetime) -> None:
    """Deletes what was kept before then for e-mails that are gone for good; one that can be restored keeps it."""
    emails = AnyActivity.collection
    bodies = await left_behind(store, BODIES, emails, _OF_NOBODY)
    await store.collection(BODIES).delete_many({"_id": {"$in": bodies}})
    await drop_unnamed(store, FILES, before=before)
    raw = await left_behind(store, f"{RAW}.files", emails, _OF_NOBODY, _ARRIVAL, _SORTED, before=before)
    for file_id in raw:
        await Files(store, RAW).drop(file_id)
