"""Days and weeks as people live them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.activity.activities.model.appointment import Appointment
from services.activity.activities.model.recurring_appointment import RecurringAppointment
from services.activity.activities.model.task import Task
from services.activity.my_work.model import items_in, this_week, today

BERLIN, AUCKLAND = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Auckland")
SUNDAY = datetime(2026, 3, 29, 12, tzinfo=UTC)
"""The clocks are put forward in Berlin; it is Monday in Auckland."""


def test_a_day_is_as_long_as_the_clocks_make_it() -> None:
    day = today(SUNDAY, BERLIN)

    assert (day.begin, day.end) == (datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC))


def test_a_week_begins_on_monday_where_the_caller_is() -> None:
    assert this_week(SUNDAY, BERLIN).begin == datetime(2026, 3, 22, 23, tzinfo=UTC)
    assert this_week(SUNDAY, AUCKLAND).begin == datetime(2026, 3, 29, 11, tzinfo=UTC)


def test_each_occurrence_is_an_item_and_what_lies_elsewhere_is_none() -> None:
    hour = timedelta(hours=1)
    daily = RecurringAppointment(id="s", subject="Stand-up", start=SUNDAY - 9 * hour, end=SUNDAY, rule="FREQ=DAILY")
    visit = Appointment(id="a", subject="Visit", start=SUNDAY + 2 * hour, end=SUNDAY + 3 * hour)
    offer = Task(id="t", subject="Offer", due=SUNDAY + hour)
    later = Task(id="l", subject="Later", due=SUNDAY + 100 * hour)
    every = [each.begun(at=SUNDAY) for each in (visit, later, offer, daily)]

    items = items_in(today(SUNDAY, BERLIN), every)

    assert [item.subject for item in items] == ["Stand-up", "Offer", "Visit"]
    assert items[0].day == SUNDAY.date()
