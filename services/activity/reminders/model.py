"""When an activity reminds whom: pure."""

from datetime import datetime, timedelta
from typing import Any, Final

from services.activity.activities.model.activity import UNSETTLED, Activity
from services.activity.activities.model.reminders import Reminder

_DECIDE: Final = (
    "reminders",
    "start",
    "end",
    "due",
    "rule",
    "exceptions",
    "time_zone",
)
_TICK: Final = timedelta(milliseconds=1)
"""Moments are kept to the millisecond."""


def plan_of(activity: Activity) -> tuple[Any, ...]:
    """All that decides when the activity reminds; two that have the same plan remind at the same moments."""
    if not activity.reminders or activity.state not in UNSETTLED:
        return ()
    return tuple(getattr(activity, name, None) for name in _DECIDE)


def next_moment(activity: Activity, after: datetime) -> datetime | None:
    """When the activity reminds next, later than `after`; None where it does not."""
    if activity.state not in UNSETTLED:
        return None
    moments = (_next(activity, reminder, after) for reminder in activity.reminders)
    return min((moment for moment in moments if moment is not None), default=None)


def reminded_at(activity: Activity, moment: datetime) -> list[str]:
    """The users whom the activity reminds at this moment, each once."""
    reminders = [each for each in activity.reminders if _next(activity, each, moment - _TICK) == moment]
    people = dict.fromkeys(each.user_id or activity.owner_id for each in reminders)
    return [each for each in people if each is not None]


def next_time(activity: Activity, moment: datetime) -> datetime | None:
    """When what somebody is reminded of at this moment begins or is due, unless it has begun."""
    return next(activity.times(moment - _TICK), None)


def _next(activity: Activity, reminder: Reminder, after: datetime) -> datetime | None:
    if reminder.at is not None:
        return reminder.at if reminder.at > after else None
    begins = next(activity.times(after + reminder.before), None)
    return None if begins is None else begins - reminder.before
