"""Reminders as durable timers: one of each activity, for the next moment at which it reminds anybody."""

from libs.contracts.notifications import NotificationKind
from libs.jobs import timers
from libs.jobs.timers import Timer, timer
from libs.store.work import UnitOfWork
from services.activity.activities.model.activity import UNSETTLED, Activity
from services.activity.activities.model.kinds import AnyActivity
from services.activity.notifications.commands import notify
from services.activity.reminders import model


@timer("reminder")
async def remind(work: UnitOfWork, due: Timer) -> None:
    """Tells those who wanted to be reminded at this moment, and waits for the next one; late ones come one by one."""
    activity: Activity | None = await work.look_up(AnyActivity, due.key)
    if activity is None or activity.state not in UNSETTLED:
        return
    happens_at = model.next_time(activity, due.due_at)
    for user_id in model.reminded_at(activity, due.due_at):
        notify(work, NotificationKind.REMINDER, user_id, activity, title=activity.subject, happens_at=happens_at)
    if (moment := model.next_moment(activity, due.due_at)) is not None:
        timers.schedule(work, remind.at(moment, activity.id))


def keep_reminding(work: UnitOfWork, activity: Activity, before: Activity | None = None) -> None:
    """Sets, moves or takes away the reminder of an activity that was just written, where its plan has changed."""
    plan = model.plan_of(activity)
    if plan == (model.plan_of(before) if before else ()):
        return
    if (moment := model.next_moment(activity, work.now)) is not None:
        timers.schedule(work, remind.at(moment, activity.id))
    elif before is not None:
        timers.cancel(work, remind.name, activity.id)
