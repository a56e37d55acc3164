"""Calendars as other programs read them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import vobject
from dateutil.rrule import rrulestr

from libs.contracts.activity import PartyResponse, PartyRole
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.appointment import Appointment
from services.activity.activities.model.parties import Party
from services.activity.activities.model.phone_call import PhoneCall
from services.activity.activities.model.recurring_appointment import ChangeOccurrence, RecurringAppointment
from services.activity.activities.model.task import Task
from services.activity.calendars.reading import calendar_in, imported, parts_of
from services.activity.calendars.writing import calendar_of

NINE = datetime(2026, 3, 16, 8, tzinfo=UTC)
SECOND, THIRD = date(2026, 3, 23), date(2026, 3, 30)
BERLIN = ZoneInfo("Europe/Berlin")


def weekly(**given: Any) -> RecurringAppointment:
    fields: dict[str, Any] = {"start": NINE, "end": NINE + timedelta(hours=1), "time_zone": "Europe/Berlin", **given}
    series = RecurringAppointment(id="s", subject="Board; käse", rule="FREQ=WEEKLY;UNTIL=20260406", **fields)
    return series.begun(at=NINE)


def events(*activities: Activity, **options: Any) -> list[Any]:
    """As a parser that is not ours reads them."""
    read = vobject.readOne(calendar_of(activities, **options).decode())
    return list(read.contents.get("vevent", []))


def test_a_series_keeps_its_zone_its_rule_and_its_exceptions() -> None:
    series = weekly(place="Room 1").with_canceled(SECOND)
    series = series.with_changed(ChangeOccurrence(day=THIRD, start=NINE + timedelta(days=15), place="Room 2"))

    whole, moved = events(series)

    assert (whole.summary.value, whole.location.value, moved.location.value) == ("Board; käse", "Room 1", "Room 2")
    usual = rrulestr(whole.rrule.value, dtstart=whole.dtstart.value)
    left_out = [each.astimezone(UTC) for each in whole.exdate.value]
    assert [each.astimezone(UTC) for each in usual] == [
        NINE,
        *left_out,
        datetime(2026, 3, 30, 7, tzinfo=UTC),
        datetime(2026, 4, 6, 7, tzinfo=UTC),
    ]
    assert moved.recurrence_id.value.astimezone(UTC) == datetime(2026, 3, 30, 7, tzinfo=UTC)
    assert moved.dtstart.value.astimezone(UTC) == NINE + timedelta(days=15)


def test_what_is_written_is_read_as_it_was() -> None:
    series = weekly(place="Room 1", agenda="Figures,\nof the year").with_canceled(SECOND)
    series = series.with_changed(ChangeOccurrence(day=THIRD, start=NINE + timedelta(days=15)))

    [(uid, parts)] = parts_of(calendar_in(calendar_of([series]))).items()
    event = imported(uid, parts, zone=ZoneInfo("UTC"))
    fields = {name: value for name, value in event.fields.items() if name != "uid"}
    again = RecurringAppointment.model_validate({"id": "s", **fields, "exceptions": event.exceptions}).begun(at=NINE)

    window = (NINE - timedelta(days=9), NINE + timedelta(days=99))
    assert uid == "s@tandem"
    assert list(again.occurrences(*window)) == list(series.occurrences(*window))
    assert (again.agenda, again.rule, again.time_zone) == (series.agenda, series.rule, "Europe/Berlin")


def test_all_day_is_told_in_days() -> None:
    begin, end = (datetime(2026, 3, day, 23, tzinfo=UTC) for day in (27, 28))

    [event] = events(Appointment(id="a", subject="Fair", start=begin, end=end, time_zone="Europe/Berlin", all_day=True))

    assert (event.dtstart.value, event.dtend.value) == (date(2026, 3, 28), date(2026, 3, 29))


def test_calls_that_have_a_time_are_in_it_and_what_has_none_is_not() -> None:
    call = PhoneCall(id="c", subject="Renewal", start=NINE)

    [event] = events(call, Task(id="t", subject="Some day", due=NINE))

    assert (event.uid.value, event.dtstart.value) == ("c@tandem", NINE)


def test_an_invitation_names_who_asks_who_is_asked_and_its_version() -> None:
    parties = (
        Party(role=PartyRole.ORGANIZER, email="ana@example.org", name="Ana"),
        Party(role=PartyRole.REQUIRED, email="eva@example.org", response=PartyResponse.TENTATIVE),
        Party(role=PartyRole.REQUIRED, name="Nobody's address"),
    )
    visit = Appointment(id="a", subject="Visit", start=NINE, end=NINE, parties=parties, version=4)

    [event] = events(visit, method="REQUEST")

    assert (event.organizer.value, event.sequence.value) == ("mailto:ana@example.org", "3")
    [attendee] = event.contents["attendee"]
    assert (attendee.value, attendee.params["PARTSTAT"]) == ("mailto:eva@example.org", ["TENTATIVE"])
