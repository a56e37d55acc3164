"""What somebody has to do, by when: pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from libs.contracts.activity import ActivityState
from libs.contracts.values import Day, Moment, Reference, Value
from libs.domain.recurrence import day_begins
from services.activity.activities.model.activity import Activity, Priority
from services.activity.activities.model.recurring_appointment import RecurringAppointment


class WorkItem(Value):
    """An activity, or one occurrence of a series, which has the `day` that names it."""

    id: str
    type: str
    subject: str
    state: ActivityState
    priority: Priority
    regarding: Reference | None
    due: Moment | None
    start: Moment | None
    end: Moment | None
    day: Day | None = None

    @classmethod
    def of(cls, activity: Activity) -> Self:
        return cls.model_validate({name: getattr(activity, name) for name in cls.model_fields if name != "day"})

    @property
    def at(self) -> datetime | None:
        """By what it is sorted: when it begins, or is due if it says no start."""
        return self.start or self.due


class Section(Value):
    """`count` is of all, `value` the first of them."""

    count: int
    value: tuple[WorkItem, ...]


class MyWork(Value):
    """What is open and scheduled: all of it, what is late, and what is for today and for this week.

    Late is what was due, or has ended if it says nothing of being due. A week begins on Monday. Today and this week
    also hold what the caller takes part in.
    """

    open: Section
    overdue: Section
    today: Section
    this_week: Section


@dataclass(frozen=True, slots=True)
class Span:
    begin: datetime
    end: datetime

    @classmethod
    def of_days(cls, first: date, number: int, zone: ZoneInfo) -> Self:
        return cls(day_begins(first, zone), day_begins(first + timedelta(days=number), zone))

    def holds(self, moment: datetime | None) -> bool:
        return moment is not None and self.begin <= moment < self.end


def today(now: datetime, zone: ZoneInfo) -> Span:
    return Span.of_days(now.astimezone(zone).date(), 1, zone)


def this_week(now: datetime, zone: ZoneInfo) -> Span:
    day = now.astimezone(zone).date()
    return Span.of_days(day - timedelta(days=day.weekday()), 7, zone)


def items_in(span: Span, activities: Iterable[Activity]) -> list[WorkItem]:
    """What begins or is due in a span, each occurrence of a series by itself, in order."""
    items = [item for activity in activities for item in _items(span, activity)]
    return sorted(items, key=lambda item: (item.start if span.holds(item.start) else item.due, item.id))


def _items(span: Span, activity: Activity) -> Iterable[WorkItem]:
    item = WorkItem.of(activity)
    if isinstance(activity, RecurringAppointment):
        for each in activity.occurrences(span.begin, span.end):
            if span.holds(each.start):
                update = {"start": each.start, "end": each.end, "day": each.day, "subject": each.subject}
                yield item.model_copy(update=update)
    elif span.holds(item.start) or span.holds(item.due):
        yield item
