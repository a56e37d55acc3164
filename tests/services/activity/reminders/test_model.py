"""When an activity reminds whom."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libs.domain.refusals import InvalidFields
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.recurring_appointment import ChangeOccurrence, RecurringAppointment
from services.activity.activities.model.reminders import Reminder
from services.activity.activities.model.task import Task
from services.activity.reminders.model import next_moment, next_time, plan_of, reminded_at

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
QUARTER = Reminder(minutes_before=15)


def task(*reminders: Reminder, **given: Any) -> Task:
    fields = {"subject": "Send the offer", "due": NOON, "owner_id": "ana", "reminders": reminders, **given}
    return Task(id="t", **fields).begun(at=NOON)


def daily(*reminders: Reminder) -> RecurringAppointment:
    fields: dict[str, Any] = {"start": NOON, "end": NOON + HOUR, "rule": "FREQ=DAILY;COUNT=3", "owner_id": "ana"}
    return RecurringAppointment(id="s", subject="Stand-up", reminders=reminders, **fields).begun(at=NOON)


def all_moments(activity: Activity) -> list[datetime]:
    found, after = [], NOON - timedelta(days=400)
    while (moment := next_moment(activity, after)) is not None:
        found.append(moment)
        after = moment
    return found


def test_so_long_before_it_begins_or_else_is_due_or_at_a_moment() -> None:
    early = Reminder(at=NOON - timedelta(days=2))

    assert all_moments(task(QUARTER, early)) == [NOON - timedelta(days=2), NOON - timedelta(minutes=15)]
    assert all_moments(task(QUARTER, start=NOON - HOUR)) == [NOON - HOUR - timedelta(minutes=15)]


def test_once_for_each_person_and_moment() -> None:
    moment = NOON - timedelta(minutes=15)
    for_eva, same = Reminder(minutes_before=15, user_id="eva"), Reminder(at=moment)

    assert reminded_at(task(QUARTER, for_eva, same), moment) == ["ana", "eva"]
    assert reminded_at(task(QUARTER), NOON) == []
    assert reminded_at(task(QUARTER, owner_id=None), moment) == []


def test_of_every_occurrence_of_a_series_as_it_is() -> None:
    series = daily(QUARTER)
    first, second, third = (NOON + timedelta(days=day, minutes=-15) for day in range(3))
    days = [each.day for each in series.occurrences(NOON, NOON + timedelta(days=9))]

    changed = series.with_canceled(days[0]).with_changed(ChangeOccurrence(day=days[1], start=NOON + timedelta(days=8)))

    assert all_moments(series) == [first, second, third]
    assert all_moments(changed) == [third, NOON + timedelta(days=8, minutes=-15)]
    assert next_time(series, second) == NOON + timedelta(days=1)


def test_when_it_begins_right_then() -> None:
    at_once = task(Reminder(minutes_before=0))

    assert (all_moments(at_once), next_time(at_once, NOON)) == ([NOON], NOON)


def test_nothing_that_is_settled_reminds() -> None:
    canceled = task(QUARTER).canceled(reason=None)

    assert (all_moments(canceled), plan_of(canceled)) == ([], ())
    assert plan_of(task(QUARTER)) != plan_of(task(QUARTER, due=NOON + HOUR))
    assert plan_of(task(QUARTER)) == plan_of(task(QUARTER, subject="Another"))


def test_what_has_no_time_reminds_at_a_moment_only() -> None:
    with pytest.raises(InvalidFields) as refused:
        task(Reminder(at=NOON), QUARTER, due=None)

    assert refused.value.errors[0].pointer == "/reminders/1/minutes_before"


@pytest.mark.parametrize("given", [{}, {"minutes_before": 1, "at": NOON}, {"minutes_before": -1}])
def test_a_reminder_says_when_in_one_way(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"minutes_before"):
        Reminder(**given)
