"""What people do with single occurrences of a series, and with all that follow one."""

from libs.contracts.appointments import (
    FollowingCanceled,
    FollowingChanged,
    OccurrenceCanceled,
    OccurrenceChanged,
    OccurrenceRestored,
)
from libs.contracts.values import Day, Value
from libs.domain.refusals import Refusal
from libs.store.changes import Happening
from libs.store.work import UnitOfWork
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.kinds import AnyActivity
from services.activity.activities.model.recurring_appointment import (
    ChangeFollowing,
    ChangeOccurrence,
    RecurringAppointment,
)
from services.activity.reminders.commands import keep_reminding


class NotRecurring(Refusal):
    """What is to be done needs a series."""

    code = "not_recurring"

    def __init__(self) -> None:
        super().__init__("only a recurring appointment has occurrences")


class NameOccurrence(Value):
    """An occurrence by its day, as the rule has it."""

    day: Day


class Split(Value):
    """A series that ends, and the one that takes its place from then on."""

    series: RecurringAppointment
    following: RecurringAppointment


async def change_occurrence(work: UnitOfWork, series_id: str, request: ChangeOccurrence) -> RecurringAppointment:
    series = await _series(work, series_id)
    return _saved(work, series, series.with_changed(request), OccurrenceChanged(day=request.day))


async def cancel_occurrence(work: UnitOfWork, series_id: str, request: NameOccurrence) -> RecurringAppointment:
    series = await _series(work, series_id)
    return _saved(work, series, series.with_canceled(request.day), OccurrenceCanceled(day=request.day))


async def restore_occurrence(work: UnitOfWork, series_id: str, request: NameOccurrence) -> RecurringAppointment:
    series = await _series(work, series_id)
    return _saved(work, series, series.with_restored(request.day), OccurrenceRestored(day=request.day))


async def change_following(work: UnitOfWork, series_id: str, request: ChangeFollowing) -> Split:
    series = await _series(work, series_id)
    before, following = series.split(request, id=work.new_id())
    told = FollowingChanged(day=request.day, following_id=following.id)
    split = Split(series=_saved(work, series, before, told), following=work.add(following))
    keep_reminding(work, split.following)
    return split


async def cancel_following(work: UnitOfWork, series_id: str, request: NameOccurrence) -> RecurringAppointment:
    series = await _series(work, series_id)
    return _saved(work, series, series.ended_before(request.day), FollowingCanceled(day=request.day))


def _saved(
    work: UnitOfWork, before: RecurringAppointment, after: RecurringAppointment, happening: Happening
) -> RecurringAppointment:
    saved = work.save(after, happening)
    keep_reminding(work, saved, before)
    return saved


async def _series(work: UnitOfWork, series_id: str) -> RecurringAppointment:
    activity: Activity = await work.get_target(AnyActivity, series_id)
    if not isinstance(activity, RecurringAppointment):
        raise NotRecurring
    return activity
