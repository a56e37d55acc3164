"""When a series takes place: rules of RFC 5545, read on the clocks of a time zone.

A series keeps its time of day over clock changes. A time that a change skips comes as much later as the clock is put
forward; of one that comes twice the first counts (RFC 5545, 3.3.5). There is at most one occurrence a day, so its day
is its name, whatever becomes of its time.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice, takewhile
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo, available_timezones

from dateutil.rrule import rrulestr
from pydantic import AfterValidator, Field

LONGEST_YEARS: Final = 10
"""A series is planned so far ahead, also one without an end."""

_BY: Final = {
    "DAILY": {"BYDAY"},
    "WEEKLY": {"BYDAY"},
    "MONTHLY": {"BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"},
    "YEARLY": {"BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "BYWEEKNO", "BYYEARDAY"},
}
_OF_EVERY_RULE: Final = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
_MOST: Final = {"INTERVAL": 1_000, "COUNT": 5_000}
_CALENDAR_YEARS: Final = 400
"""After so many years dates fall on the same days of the week again."""


@cache
def zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(name: str) -> str:
    if name not in zones():
        raise ValueError("not a time zone of the IANA database, such as Europe/Lisbon")
    return name


ZoneName = Annotated[str, Field(max_length=64), AfterValidator(_zone)]


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern` is an RRULE without what ends it: a number of occurrences, or the last moment or day of one."""

    pattern: str
    count: int | None = None
    until: datetime | date | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises a ValueError that says what is wrong with the rule."""
        parts = _parts_of(text)
        frequency = parts.get("FREQ", "")
        if frequency not in _BY:
            raise ValueError(f"FREQ must be one of {', '.join(_BY)}")
        if unknown := parts.keys() - _OF_EVERY_RULE - _BY[frequency]:
            raise ValueError(f"{min(unknown)} is not possible in a {frequency} rule")
        if {"COUNT", "UNTIL"} <= parts.keys():
            raise ValueError("a rule has COUNT or UNTIL, not both")
        for name in _MOST.keys() & parts.keys():
            _refuse_out_of_range(name, parts[name])
        count, until = parts.pop("COUNT", None), parts.pop("UNTIL", None)
        rule = cls(
            ";".join(f"{name}={value}" for name, value in parts.items()),
            int(count) if count else None,
            _end(until) if until else None,
        )
        rrulestr(rule.pattern, dtstart=datetime(2000, 1, 1))  # noqa: DTZ001 - read, not kept
        return rule

    def __str__(self) -> str:
        match self.count, self.until:
            case int(), _:
                return f"{self.pattern};COUNT={self.count}"
            case _, datetime():
                return f"{self.pattern};UNTIL={self.until:%Y%m%dT%H%M%SZ}"
            case _, date():
                return f"{self.pattern};UNTIL={self.until:%Y%m%d}"
            case _:
                return self.pattern

    def days(self, first: date) -> Iterator[date]:
        """The days of the rule, `first` or the next that fits it, without regard to what ends it.

        They are looked for as late as dates reach, in years like these: a rule that never fits soon ends there, where
        the library would go through thousands of years.
        """
        ahead = (MAXYEAR - LONGEST_YEARS - 1 - first.year) // _CALENDAR_YEARS * _CALENDAR_YEARS
        begin = datetime.combine(first.replace(year=first.year + ahead), time())
        for moment in rrulestr(self.pattern, dtstart=begin):
            if moment.year > begin.year + LONGEST_YEARS:
                return
            yield moment.date().replace(year=moment.year - ahead)


def _parts_of(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.upper().removeprefix("RRULE:").rstrip(";").split(";"):
        name, _, value = part.strip().partition("=")
        if not name or not value or name in parts:
            raise ValueError("a rule is NAME=VALUE pairs between semicolons, each name once")
        parts[name] = value
    return parts


def _refuse_out_of_range(name: str, value: str) -> None:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= _MOST[name]:
        raise ValueError(f"{name} must be a whole number from 1 to {_MOST[name]}")


def _end(until: str) -> datetime | date:
    try:
        if until.endswith("Z"):
            return datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return datetime.strptime(until, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise ValueError("UNTIL must be a day (20261231) or a time in UTC (20261231T170000Z)") from None


@dataclass(frozen=True, slots=True)
class Series:
    """A rule that begins at a moment, on the clocks of a zone."""

    rule: Rule
    start: datetime
    zone: ZoneInfo

    @property
    def first_day(self) -> date:
        return self.start.astimezone(self.zone).date()

    @property
    def horizon(self) -> date:
        """No occurrence is later than this day."""
        year = self.first_day.year + LONGEST_YEARS
        return min(self.first_day + timedelta(days=366 * LONGEST_YEARS), date(year, 12, 31))

    def days(self) -> Iterator[date]:
        """Every day of the series in order, one by one."""
        every = takewhile(lambda day: day <= self.horizon and self._is_before_end(day), self.rule.days(self.first_day))
        return islice(every, self.rule.count)

    def moment_of(self, day: date) -> datetime:
        """When the occurrence of a day begins, in UTC."""
        wall = self.start.astimezone(self.zone)
        if day == wall.date():
            return self.start
        return wall.replace(year=day.year, month=day.month, day=day.day, fold=0).astimezone(UTC)

    def those_of(self, days: AbstractSet[date]) -> frozenset[date]:
        """Which of these days have an occurrence."""
        last = max(days, default=date.min)
        return frozenset(takewhile(lambda each: each <= last, self.days())) & days

    def last_day(self) -> date:
        """Nothing takes place after this day; where the rule says a number, it is that of the last occurrence."""
        if self.rule.count is not None:
            *_, last = self.days()
            return last
        return self._last_day() or self.horizon

    def sound(self) -> Self:
        """The series with its end as a day. Raises a ValueError for one that has no occurrences, or too late ones."""
        first = next(self.days(), None)
        if first is None:
            raise ValueError("the rule has no occurrences")
        if first != self.first_day:
            raise ValueError(f"the rule begins on {first}, not on the day of start")
        whole = replace(self, rule=replace(self.rule, until=self._last_day())) if self.rule.until else self
        until = whole.rule.until
        if isinstance(until, date) and until > self.horizon:
            raise ValueError(f"UNTIL is more than {LONGEST_YEARS} years after the start")
        if self.rule.count and sum(1 for _ in self.days()) < self.rule.count:
            raise ValueError(f"the occurrences reach more than {LONGEST_YEARS} years ahead")
        return whole

    def before(self, day: date) -> Self:
        """The series without the day and all that follow."""
        return replace(self, rule=Rule(self.rule.pattern, until=day - timedelta(days=1)))

    def rest(self, day: date) -> Rule:
        """The rule of what begins with a day of the series."""
        if self.rule.count is None:
            return self.rule
        passed = sum(1 for _ in takewhile(lambda each: each < day, self.days()))
        return replace(self.rule, count=self.rule.count - passed)

    def _is_before_end(self, day: date) -> bool:
        match self.rule.until:
            case datetime() as moment:
                return self.moment_of(day) <= moment
            case date() as last:
                return day <= last
            case _:
                return True

    def _last_day(self) -> date | None:
        until = self.rule.until
        if not isinstance(until, datetime):
            return until
        day = until.astimezone(self.zone).date()
        return day if self.moment_of(day) <= until else day - timedelta(days=1)


def at_time(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """A time of day in UTC, by the same rules as of series."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day in UTC, which is not midnight where the clocks are put forward then."""
    return at_time(day, time(), zone)
