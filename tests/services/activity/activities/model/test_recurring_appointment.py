"""A series of which single occurrences are otherwise, and that may be cut in two."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from libs.contracts.activity import ActivityState
from libs.domain.refusals import InvalidFields, MoveRefused
from services.activity.activities.model.appointment import Appointment
from services.activity.activities.model.recurring_appointment import (
    ChangeFollowing,
    ChangeOccurrence,
    RecurringAppointment,
)

NINE = datetime(2026, 3, 16, 8, tzinfo=UTC)
"""A Monday, at nine in Berlin; the clocks are put forward two weeks later."""
FIRST, SECOND, THIRD, FOURTH = (date(2026, 3, 16) + timedelta(weeks=week) for week in range(4))
ALWAYS = (NINE - timedelta(days=300), NINE + timedelta(days=3000))


def weekly(**given: Any) -> RecurringAppointment:
    fields = {
        "start": NINE,
        "rule": "FREQ=WEEKLY;COUNT=4",
        "end": NINE + timedelta(hours=1),
        "time_zone": "Europe/Berlin",
    }
    return RecurringAppointment(id="s", subject="Board", **{**fields, **given}).begun(at=NINE)


def times(series: RecurringAppointment) -> list[str]:
    return [f"{each.start.astimezone(series.zone):%d.%m. %H:%M}" for each in series.occurrences(*ALWAYS)]


def test_every_occurrence_keeps_its_time_of_day_and_its_length() -> None:
    series = weekly()

    assert times(series) == ["16.03. 09:00", "23.03. 09:00", "30.03. 09:00", "06.04. 09:00"]
    assert {each.end - each.start for each in series.occurrences(*ALWAYS)} == {timedelta(hours=1)}
    assert (series.state, series.runs_from) == (ActivityState.SCHEDULED, NINE)
    assert series.runs_until == datetime(2026, 4, 6, 8, tzinfo=UTC)  # an hour after nine, in summer


def test_a_window_holds_what_is_under_way_in_it() -> None:
    series, half_past = weekly(), NINE + timedelta(minutes=30)

    def days(begin: datetime, end: datetime) -> list[date]:
        return [each.day for each in series.occurrences(begin, end)]

    assert days(half_past, half_past) == [FIRST]
    assert days(half_past, half_past + timedelta(days=7)) == [FIRST, SECOND]
    assert days(NINE + timedelta(hours=1), half_past + timedelta(days=6)) == []


def test_one_occurrence_is_moved_another_is_canceled_and_the_rest_stays() -> None:
    moved = ChangeOccurrence(day=SECOND, start=NINE + timedelta(days=20), subject="Board, with guests")

    series = weekly().with_changed(moved).with_canceled(THIRD)

    assert times(series) == ["16.03. 09:00", "05.04. 10:00", "06.04. 09:00"]
    changed = next(each for each in series.occurrences(*ALWAYS) if each.changed)
    assert (changed.day, changed.subject, changed.end - changed.start) == (
        SECOND,
        "Board, with guests",
        timedelta(hours=1),
    )
    assert times(series.with_restored(SECOND).with_restored(THIRD)) == times(weekly())


def test_what_is_moved_before_the_first_and_after_the_last_is_within_the_run() -> None:
    earlier, later = NINE - timedelta(days=30), NINE + timedelta(days=300)

    series = weekly().with_changed(ChangeOccurrence(day=SECOND, start=earlier))
    series = series.with_changed(ChangeOccurrence(day=THIRD, start=later))

    assert (series.runs_from, series.runs_until) == (earlier, later + timedelta(hours=1))


def test_a_moved_occurrence_that_changes_again_keeps_what_nobody_changed() -> None:
    place, later = ChangeOccurrence(day=SECOND, place="Room 2"), ChangeOccurrence(day=SECOND, start=NINE)

    [exception] = weekly().with_changed(place).with_changed(later).exceptions

    assert (exception.place, exception.start, exception.end) == ("Room 2", NINE, None)


def test_an_exception_goes_with_its_day_when_all_are_moved_and_when_the_day_is_gone() -> None:
    series = weekly().with_canceled(THIRD)

    later = series.evolve(start=NINE + timedelta(hours=2), end=NINE + timedelta(hours=3)).settled()
    fewer = series.evolve(rule="FREQ=WEEKLY;COUNT=2").settled()

    assert times(later) == ["16.03. 11:00", "23.03. 11:00", "06.04. 11:00"]
    assert fewer.exceptions == ()


def test_this_and_following_make_a_series_of_their_own() -> None:
    whole = weekly().with_canceled(FOURTH)
    change = ChangeFollowing(day=THIRD, start=datetime(2026, 3, 30, 12, tzinfo=UTC), place="Room 2")

    before, following = whole.split(change, id="f")

    assert times(before) == ["16.03. 09:00", "23.03. 09:00"]
    assert times(following) == ["30.03. 14:00"]
    assert (following.id, following.follows_id, following.place, following.rule) == (
        "f",
        "s",
        "Room 2",
        "FREQ=WEEKLY;COUNT=2",
    )
    assert (before.place, before.rule, before.exceptions) == (None, "FREQ=WEEKLY;UNTIL=20260329", ())


def test_what_follows_on_another_day_of_the_week_asks_for_a_rule() -> None:
    tuesday = datetime(2026, 3, 31, 8, tzinfo=UTC)
    series = weekly(rule="FREQ=WEEKLY;BYDAY=MO")

    with pytest.raises(InvalidFields) as refused:
        series.split(ChangeFollowing(day=THIRD, start=tuesday), id="f")
    _, following = series.split(ChangeFollowing(day=THIRD, start=tuesday, rule="FREQ=WEEKLY;COUNT=2"), id="f")

    assert refused.value.errors[0].pointer == "/rule"
    assert times(following) == ["31.03. 10:00", "07.04. 10:00"]


@pytest.mark.parametrize(("day", "code"), [(FIRST, "first_occurrence"), (date(2026, 3, 17), "no_occurrence")])
def test_a_series_is_not_cut_at_its_beginning_nor_where_nothing_takes_place(day: date, code: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        weekly().ended_before(day)

    assert (refused.value.errors[0].pointer, refused.value.errors[0].code) == ("/day", code)


def test_a_day_without_an_occurrence_and_one_that_is_as_usual_are_refused() -> None:
    series = weekly()

    with pytest.raises(InvalidFields):
        series.with_canceled(date(2026, 3, 17))
    with pytest.raises(InvalidFields):
        series.with_restored(SECOND)
    with pytest.raises(InvalidFields):
        series.with_changed(ChangeOccurrence(day=SECOND, end=NINE))


def test_what_is_settled_has_no_occurrences_to_change() -> None:
    with pytest.raises(MoveRefused):
        weekly().canceled(reason=None).with_canceled(SECOND)


def test_all_day_is_as_long_as_days_are() -> None:
    saturday, monday = datetime(2026, 3, 20, 23, tzinfo=UTC), datetime(2026, 3, 22, 23, tzinfo=UTC)

    series = weekly(start=saturday, end=monday, all_day=True, rule="FREQ=WEEKLY;COUNT=2")
    _, second = series.occurrences(*ALWAYS)

    assert (second.start, second.end) == (
        datetime(2026, 3, 27, 23, tzinfo=UTC),
        datetime(2026, 3, 29, 22, tzinfo=UTC),
    )


def test_all_day_begins_where_days_begin() -> None:
    with pytest.raises(InvalidFields) as refused:
        weekly(all_day=True)

    assert refused.value.errors[0].pointer == "/start"


def test_an_appointment_takes_place_once_and_keeps_its_length() -> None:
    once = Appointment(id="a", subject="Visit", start=NINE, end=NINE + timedelta(hours=2)).begun(at=NINE)

    later = once.scheduled(start=NINE + timedelta(days=1))

    assert [each.start for each in once.occurrences(*ALWAYS)] == [NINE]
    assert list(once.occurrences(NINE + timedelta(hours=2), ALWAYS[1])) == []
    assert later.end == NINE + timedelta(days=1, hours=2)
