"""When a series takes place, over clock changes too: as dateutil has it, in any zone."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from libs.domain.recurrence import LONGEST_YEARS, Rule, Series, day_begins

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo")
"""Among them one that changes by half an hour, and two that change at midnight."""

KNOWN_UNTIL = 2038
"""Clock changes after that dateutil does not read."""

NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
weekdays = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True).map(",".join)
patterns = st.one_of(
    st.just("FREQ=DAILY"),
    weekdays.map("FREQ=DAILY;BYDAY={}".format),
    weekdays.map("FREQ=WEEKLY;BYDAY={}".format),
    st.integers(-31, 31).filter(bool).map("FREQ=MONTHLY;BYMONTHDAY={}".format),
    st.builds("FREQ=MONTHLY;BYDAY={}{}".format, st.sampled_from((1, 2, 5, -1)), st.sampled_from(NAMES)),
    st.builds("FREQ=MONTHLY;BYDAY={};BYSETPOS={}".format, weekdays, st.sampled_from((1, -1, 2))),
    st.builds("FREQ=YEARLY;BYMONTH={};BYMONTHDAY={}".format, st.integers(1, 12), st.integers(1, 28)),
    st.builds("FREQ=YEARLY;BYDAY={}{}".format, st.integers(1, 52), st.sampled_from(NAMES)),
    st.integers(1, 366).map("FREQ=YEARLY;BYYEARDAY={}".format),
)
rules = st.builds("{};INTERVAL={}".format, patterns, st.integers(1, 3))
walls = st.datetimes(datetime(2020, 1, 1), datetime(2027, 1, 1)).map(lambda at: at.replace(second=0, microsecond=0))  # noqa: DTZ001 - a time on a wall has no zone


def as_dateutil_has_it(rule: str, wall: datetime, zone: str, number: int) -> list[datetime]:
    there = rrulestr(rule, dtstart=wall.replace(tzinfo=tz.gettz(zone)))
    return [tz.resolve_imaginary(each).astimezone(UTC) for each in islice(there, number)]


def first(rule: str, wall: datetime, zone: str) -> datetime:
    """When it begins; one that never fits, as day 366 every other year from 2021, is no example."""
    found = as_dateutil_has_it(rule, wall, zone, 1)
    assume(found)
    return found[0]


def moments(series: Series, number: int) -> list[datetime]:
    return [series.moment_of(day) for day in islice(series.days(), number)]


@pytest.mark.parametrize("zone", ZONES)
@given(rule=rules, wall=walls, number=st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_a_series_takes_place_when_dateutil_says(zone: str, rule: str, wall: datetime, number: int) -> None:
    start = first(rule, wall, zone)
    begins = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    expected = [
        each
        for each in as_dateutil_has_it(rule, begins, zone, number)
        if each.year < min(begins.year + LONGEST_YEARS, KNOWN_UNTIL)
    ]

    assert moments(Series(Rule.parse(rule), start, ZoneInfo(zone)), len(expected)) == expected


@given(rule=rules, wall=walls, zone=st.sampled_from(ZONES), cut=st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_a_series_that_is_cut_is_what_it_was(rule: str, wall: datetime, zone: str, cut: int) -> None:
    start = first(rule, wall, zone)
    whole = Series(Rule.parse(f"{rule};COUNT=9"), start, ZoneInfo(zone))
    days = list(whole.days())
    assume(len(days) == 9)

    before = whole.before(days[cut])
    after = Series(whole.rest(days[cut]), whole.moment_of(days[cut]), whole.zone)

    assert [*before.days(), *after.days()] == days


def test_a_meeting_at_nine_stays_at_nine() -> None:
    series = Series(Rule.parse("FREQ=WEEKLY;COUNT=2"), datetime(2026, 3, 25, 8, tzinfo=UTC), BERLIN)

    assert moments(series, 2) == [datetime(2026, 3, 25, 8, tzinfo=UTC), datetime(2026, 4, 1, 7, tzinfo=UTC)]


def test_a_time_that_is_skipped_comes_later_and_one_that_comes_twice_counts_once() -> None:
    daily = Rule.parse("FREQ=DAILY")
    skipped = Series(daily, datetime(2026, 3, 28, 1, 30, tzinfo=UTC), BERLIN)
    twice = Series(daily, datetime(2026, 10, 24, 0, 30, tzinfo=UTC), BERLIN)

    assert skipped.moment_of(date(2026, 3, 29)).astimezone(BERLIN).isoformat() == "2026-03-29T03:30:00+02:00"
    assert twice.moment_of(date(2026, 10, 25)).astimezone(BERLIN).isoformat() == "2026-10-25T02:30:00+02:00"


def test_a_series_begins_when_it_says_also_in_the_hour_that_comes_twice() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    assert moments(Series(Rule.parse("FREQ=DAILY"), second, BERLIN), 1) == [second]


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ",
        "FREQ=HOURLY",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;BYHOUR=9,10",
        "FREQ=DAILY;BYMONTH=2",
        "FREQ=YEARLY;BYEASTER=1",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=1001",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=٣",
        "FREQ=DAILY;COUNT=5001",
        "FREQ=DAILY;COUNT=3;UNTIL=20261231",
        "FREQ=DAILY;UNTIL=20261231T120000",
        "FREQ=DAILY;UNTIL=20261331",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=MONTHLY;BYMONTHDAY=x",
        "FREQ=MONTHLY;BYSETPOS=0;BYDAY=MO",
    ],
)
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Rule.parse(rule)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "no occurrences"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "no occurrences"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", "no occurrences"),
        ("FREQ=DAILY;UNTIL=20260503", "no occurrences"),
        ("FREQ=WEEKLY;BYDAY=TU", "2026-05-05, not on the day of start"),
        ("FREQ=YEARLY;COUNT=12", "10 years ahead"),
        ("FREQ=DAILY;UNTIL=20370101", "10 years after"),
    ],
)
def test_a_rule_that_never_fits_or_reaches_too_far_is_refused(rule: str, why: str) -> None:
    monday = datetime(2026, 5, 4, 9, tzinfo=UTC)

    with pytest.raises(ValueError, match=why):
        Series(Rule.parse(rule), monday, BERLIN).sound()


def test_an_end_in_utc_is_kept_as_the_last_day_in_the_zone() -> None:
    start = datetime(2026, 5, 4, 22, tzinfo=UTC)
    ends = ("FREQ=DAILY;UNTIL=20260506T220000Z", "FREQ=DAILY;UNTIL=20260506T215959Z")

    until = [str(Series(Rule.parse(each), start, BERLIN).sound().rule) for each in ends]

    assert until == ["FREQ=DAILY;UNTIL=20260507", "FREQ=DAILY;UNTIL=20260506"]


def test_a_series_without_an_end_is_planned_ten_years_ahead() -> None:
    series = Series(Rule.parse("FREQ=MONTHLY"), datetime(2026, 5, 4, 9, tzinfo=UTC), BERLIN)

    *_, last = series.days()

    assert last <= series.horizon == series.last_day()
    assert series.horizon - last < timedelta(days=31)


def test_a_day_begins_later_where_midnight_is_skipped() -> None:
    santiago = ZoneInfo("America/Santiago")

    assert day_begins(date(2026, 9, 6), santiago).astimezone(santiago).hour == 1
