"""Where the activity and the records of a distribution lie until its job is done."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from libs.domain.record import Index
from libs.store.documents import to_document, to_record
from libs.store.errors import answering
from libs.store.mongo import with_decimals
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.kinds import AnyActivity

COLLECTION: Final = "distributions"
INDEXES: Final = (Index(("at",), expires_after=timedelta(days=30)),)
"""They last as long as jobs, in case one is canceled."""

PORTION: Final = 500
"""Records whose activities are written together."""


def keep(work: UnitOfWork, job_id: str, activity: Activity, ids: Sequence[str]) -> None:
    """Keeps them in the commit that begins the job."""
    portions = [ids[start : start + PORTION] for start in range(0, len(ids), PORTION)]
    kept: list[dict[str, Any]] = [{"_id": job_id, "at": work.now, "activity": to_document(activity)}]
    kept += [{"_id": f"{job_id}#{number}", "at": work.now, "ids": list(each)} for number, each in enumerate(portions)]
    work.put_all(COLLECTION, kept)


@answering()
async def find_activity(store: Store, job_id: str) -> Activity:
    kept = await store.collection(COLLECTION).find_one({"_id": job_id})
    if kept is None:
        raise LookupError(f"the activity of {job_id} is gone")
    return to_record(AnyActivity, with_decimals(kept["activity"]))


@answering()
async def find_portion(store: Store, job_id: str, number: int) -> list[str]:
    kept = await store.collection(COLLECTION).find_one({"_id": f"{job_id}#{number}"})
    if kept is None:
        raise LookupError(f"part {number} of {job_id} is gone")
    return list(kept["ids"])


@answering()
async def forget(store: Store, job_id: str, portions: int) -> None:
    ids = [job_id, *(f"{job_id}#{number}" for number in range(portions))]
    await store.collection(COLLECTION).delete_many({"_id": {"$in": ids}})
