"""What people do with activities."""

from libs.contracts.values import Moment, Value
from libs.domain.fields import Line
from libs.domain.kinds import kind_of
from libs.domain.record import Draft
from libs.store.changes import Announcement
from libs.store.work import UnitOfWork
from services.activity.activities.model.activity import UNSETTLED, Activity, Happening
from services.activity.activities.model.campaign_response import CampaignResponse
from services.activity.activities.model.custom import CustomActivity
from services.activity.activities.model.kinds import AnyActivity
from services.activity.activity_types.commands import find_type, use_type
from services.activity.invitations.commands import withdraw
from services.activity.reminders.commands import keep_reminding


class ScheduleActivity(Value):
    """When it is to take place."""

    start: Moment
    end: Moment | None = None


class CancelActivity(Value):
    reason: Line | None = None


class ReopenActivity(Value):
    reason: Line | None = None


async def create_activity(work: UnitOfWork, draft: Draft) -> Activity:
    return add_activity(work, await prepare_activity(work, draft))


async def prepare_activity(work: UnitOfWork, draft: Draft) -> Activity:
    """A new activity that no rule refuses, to be added."""
    kind: type[Activity] = kind_of(AnyActivity, draft.__dict__)
    activity = kind.drafted(draft, id=work.new_id())
    if isinstance(activity, CustomActivity):
        activity = activity.fitting((await use_type(work, activity.activity_type)).fields_schema)
    if isinstance(activity, CampaignResponse) and work.context.batch is not None:
        activity = activity.come_in(work.context.batch)
    return activity.begun(at=work.now)


def add_activity(work: UnitOfWork, prepared: Activity) -> Activity:
    activity = work.add(prepared)
    keep_reminding(work, activity)
    return activity


async def change_activity(work: UnitOfWork, current: Activity, wanted: Activity) -> Activity:
    if isinstance(wanted, CustomActivity) and wanted.fields != current.__dict__["fields"]:
        wanted = wanted.fitting((await find_type(work, wanted.activity_type)).fields_schema)
    changed = work.save(wanted.revised(current))
    keep_reminding(work, changed, current)
    return changed


async def restore_activity(work: UnitOfWork, activity: Activity) -> Activity:
    restored = work.restore(activity)
    keep_reminding(work, restored)
    return restored


async def schedule_activity(work: UnitOfWork, activity_id: str, request: ScheduleActivity) -> Activity:
    activity = await work.get_target(AnyActivity, activity_id)
    return _moved(work, activity, activity.scheduled(start=request.start, end=request.end), "scheduled")


async def complete_activity(work: UnitOfWork, activity_id: str, request: Happening) -> Activity:
    activity = await work.get_target(AnyActivity, activity_id)
    return _moved(work, activity, activity.completed(request, at=work.now), "completed")


async def cancel_activity(work: UnitOfWork, activity_id: str, request: CancelActivity) -> Activity:
    activity = await work.get_target(AnyActivity, activity_id)
    withdraw(work, activity)
    return _moved(work, activity, activity.canceled(reason=request.reason), "canceled")


async def remove_activity(work: UnitOfWork, activity: Activity) -> Activity:
    if activity.state in UNSETTLED:
        withdraw(work, activity)
    return work.remove(activity)


async def reopen_activity(work: UnitOfWork, activity_id: str, request: ReopenActivity) -> Activity:
    activity = await work.get_target(AnyActivity, activity_id)
    return _moved(work, activity, activity.reopened(reason=request.reason), "reopened")


def _moved(work: UnitOfWork, before: Activity, after: Activity, verb: str) -> Activity:
    moved = work.save(after, Announcement(f"{after.aggregate}.{verb}"))
    keep_reminding(work, moved, before)
    return moved
