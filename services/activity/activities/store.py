"""What is asked of activities beside their lists."""

from collections.abc import Sequence
from typing import Final

from libs.domain.record import Record
from libs.store.documents import to_record
from libs.store.errors import answering
from libs.store.work import UnitOfWork
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.kinds import AnyActivity
from services.activity.activities.model.overlaps import DECIDES, Occupied

MOST_TOLD: Final = 5
_MOST_COMPARED: Final = 200
"""Of what takes place once, and of series."""


async def find_overlapping(work: UnitOfWork, activity: Record) -> Sequence[Activity]:
    """What else is scheduled for the same people at the same time, as far as whoever asks may see it.

    Nothing where this command did not touch when the activity is, or whose it is; of a series only the times that did.
    """
    change = work.changes.get((activity.collection, activity.id))
    if change is None or not isinstance(activity, Activity):
        return []
    before = change.before or {}
    if all(before.get(name) == change.after.get(name) for name in DECIDES):
        return []
    occupied = Occupied.by(activity, now=work.now)
    if occupied is not None and change.before is not None:
        occupied = occupied.beyond(Occupied.by(to_record(AnyActivity, change.before), now=work.now))
    if occupied is None:
        return []
    found: list[Activity] = []
    async with answering():
        for query in (occupied.once(), occupied.series()):
            found += await work.find(AnyActivity, {**query, "_id": {"$ne": activity.id}}, limit=_MOST_COMPARED)
    return [each for each in found if work.sees(each) and occupied.meets(each)][:MOST_TOLD]
