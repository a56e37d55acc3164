"""Beginning a distribution."""

from collections.abc import Sequence

from libs.contracts.activity import PartyRole
from libs.contracts.values import Reference
from libs.domain.record import Draft
from libs.jobs.jobs import Job, begin
from libs.store.work import UnitOfWork
from services.activity.activities.commands import prepare_activity
from services.activity.distributions import store as kept
from services.activity.distributions.model import Distribution, placed
from services.activity.distributions.running import DISTRIBUTING


async def distribute_activity(
    work: UnitOfWork, draft: Draft, *, collection: str, ids: Sequence[str], role: PartyRole | None
) -> Job:
    """Begins the job; raises `InvalidFields` where the activity is none, or has no place for the records."""
    activity = await prepare_activity(work, draft)
    if ids:
        placed(activity, Reference(collection=collection, id=ids[0]), role, id=activity.id)
    portions = -(-len(ids) // kept.PORTION)
    begun_at = int(work.now.timestamp() * 1000)
    task = Distribution(collection=collection, role=role, portions=portions, begun_at=begun_at)
    job = begin(work, DISTRIBUTING, task, total=len(ids))
    kept.keep(work, job.id, activity, ids)
    return job
