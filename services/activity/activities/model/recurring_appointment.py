"""A recurring appointment: a series, of which single occurrences may be moved, changed or canceled."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import dropwhile
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field

from libs.contracts.values import Day, Moment, Value
from libs.domain.fields import GUARDED, INDEXED, INITIAL, LISTED, Line, Lookup, Text
from libs.domain.recurrence import Rule, Series, day_begins
from libs.domain.refusals import InvalidFields, MoveRefused
from services.activity.activities.model.activity import MOVES, UNSETTLED
from services.activity.activities.model.appointment import Meeting, Occurrence

MOST_EXCEPTIONS: Final = 500
_PIECE: Final = timedelta(days=100)
"""Occurrences are worked out so far ahead at a time."""

_MARGIN: Final = timedelta(days=2)
"""Zones differ by less, and so does the length of days."""

RuleText = Annotated[str, Field(min_length=1, max_length=500)]


@lru_cache(maxsize=1024)
def _series_of(rule: str, start: datetime, zone: ZoneInfo) -> Series:
    """To read a rule takes as long as to find many of its days."""
    return Series(Rule.parse(rule), start, zone)


class ChangeOccurrence(Value):
    """What is to be otherwise about the occurrence of a day; without an end it lasts as long as before."""

    day: Day
    start: Moment | None = None
    end: Moment | None = None
    subject: Line | None = None
    place: Line | None = None
    agenda: Text | None = None

    def given(self) -> dict[str, object]:
        return {name: value for name, value in self.__dict__.items() if value is not None and name != "day"}


class ChangeFollowing(ChangeOccurrence):
    """Changes an occurrence and all that follow; a new time on another day of the week asks for a new rule."""

    rule: RuleText | None = None


class OccurrenceException(ChangeOccurrence):
    """What is otherwise about the occurrence of a day: that it is canceled, or what is given here."""

    canceled: bool = False


class RecurringAppointment(Meeting, aggregate="activity.recurring_appointment"):
    """`start` and `end` are those of the first occurrence; the others begin at the same time of day in `time_zone`.

    `rule` is an RRULE of RFC 5545; one that ends at a time is kept as ending on a day. `runs_from` and `runs_until`
    hold all that takes place, moved occurrences too. `follows_id` is the series that this one was split off from.
    """

    type: Annotated[Literal["recurring_appointment"], INITIAL, INDEXED] = "recurring_appointment"
    rule: RuleText
    exceptions: Annotated[tuple[OccurrenceException, ...], GUARDED, Field(max_length=MOST_EXCEPTIONS)] = ()
    runs_from: Annotated[Moment | None, GUARDED, LISTED] = None
    runs_until: Annotated[Moment | None, GUARDED, LISTED] = None
    follows_id: Annotated[str | None, GUARDED, LISTED, Lookup.to("activities")] = None

    @property
    def series(self) -> Series:
        return _series_of(self.rule, self.start, self.zone)

    def settled(self) -> Self:
        """As of every appointment, with the exceptions that still are about an occurrence."""
        settled = super().settled()
        try:
            series = self.series.sound()
        except ValueError as error:
            raise InvalidFields.at("/rule", "invalid_rule", str(error)) from None
        days = series.those_of({each.day for each in self.exceptions})
        kept = tuple(each for each in self.exceptions if each.day in days)
        changed = [self.changed(each) for each in kept if not each.canceled]
        last = series.last_day()
        update = {
            "rule": str(series.rule),
            "exceptions": kept,
            "runs_from": min([settled.start, *(each.start for each in changed)]),
            "runs_until": max([self._ends(last), *(each.end for each in changed)]),
        }
        return settled.model_copy(update=update)

    def occurrences(self, begin: datetime, end: datetime) -> Iterator[Occurrence]:
        series, excepted = self.series, {each.day for each in self.exceptions}
        first = (begin - self.length - _MARGIN).date()
        moved = (self.changed(each) for each in self.exceptions if not each.canceled)
        found = [each for each in moved if each.touches(begin, end)]
        for day in dropwhile(lambda day: day < first, series.days()):
            if series.moment_of(day) >= end:
                break
            if day not in excepted and (usual := self._usual(day)).touches(begin, end):
                found.append(usual)
        yield from sorted(found, key=lambda each: (each.start, each.day))

    def times(self, after: datetime) -> Iterator[datetime]:
        """When each occurrence begins, as far as that is later than `after`, in order."""
        begin = after
        while self.runs_until is not None and begin <= self.runs_until:
            found = self.occurrences(begin, begin + _PIECE)
            yield from (each.start for each in found if each.start >= begin and each.start > after)
            begin += _PIECE

    def with_changed(self, change: ChangeOccurrence) -> Self:
        """The series with the occurrence of a day at another time, or about something else."""
        self._refuse_unless_open("change_occurrence")
        known = self._exception(change.day) or OccurrenceException(day=change.day)
        given = change.given()
        if "start" in given:
            given.setdefault("end", None)
        exception = known.model_copy(update={"canceled": False, **given})
        after = self.changed(exception)
        if after.end < after.start:
            raise InvalidFields.at("/end", "before_start", "must not be before start")
        return self._excepting(change.day, exception)

    def with_canceled(self, day: date) -> Self:
        self._refuse_unless_open("cancel_occurrence")
        return self._excepting(day, OccurrenceException(day=day, canceled=True))

    def with_restored(self, day: date) -> Self:
        """The series with the occurrence of a day as the rule has it."""
        self._refuse_unless_open("restore_occurrence")
        if self._exception(day) is None:
            raise InvalidFields.at("/day", "not_changed", f"the occurrence of {day} is as the rule has it")
        return self._excepting(day, None)

    def ended_before(self, day: date) -> Self:
        """The series without the occurrence of a day and all that follow, of which one comes before."""
        self._refuse_unless_open("cancel_following")
        self._refuse_unknown(day)
        if day == self.series.first_day:
            raise InvalidFields.at("/day", "first_occurrence", "this is the first one: change or cancel the series")
        return self.evolve(rule=str(self.series.before(day).rule)).settled()

    def split(self, change: ChangeFollowing, *, id: str) -> tuple[Self, Self]:
        """The series until before a day, and a new one from there on that has what is given."""
        day, before = change.day, self.ended_before(change.day)
        start = change.start or self.series.moment_of(day)
        following = {
            "id": id,
            "version": 1,
            "uid": None,
            "follows_id": self.id,
            "end": self._ends(day) if change.start is None else start + self.length,
            "rule": str(self.series.rest(day)),
            "exceptions": tuple(each for each in self.exceptions if each.day >= day),
            **change.given(),
            "start": start,
        }
        return before, self.evolve(**following).settled()

    def _refuse_unless_open(self, action: str) -> None:
        if self.state not in UNSETTLED:
            raise MoveRefused(action, state=self.state, open_actions=MOVES.open_actions(self.state))

    def _refuse_unknown(self, day: date) -> None:
        if not self.series.those_of({day}):
            raise InvalidFields.at("/day", "no_occurrence", f"the series has no occurrence on {day}")

    def _excepting(self, day: date, exception: OccurrenceException | None) -> Self:
        self._refuse_unknown(day)
        others = [each for each in self.exceptions if each.day != day]
        if exception is not None and len(others) >= MOST_EXCEPTIONS:
            raise InvalidFields.at("/day", "too_many_exceptions", f"a series has at most {MOST_EXCEPTIONS}")
        kept = sorted([*others, *([exception] if exception else [])], key=lambda each: each.day)
        return self.model_copy(update={"exceptions": tuple(kept)}).settled()

    def _exception(self, day: date) -> OccurrenceException | None:
        return next((each for each in self.exceptions if each.day == day), None)

    def _ends(self, day: date) -> datetime:
        """As long after the beginning as the first occurrence; if it lasts all day, as many days."""
        if self.all_day:
            first, last = (each.astimezone(self.zone).date() for each in (self.start, self.end))
            return day_begins(day + (last - first), self.zone)
        return self.series.moment_of(day) + self.length

    def _usual(self, day: date) -> Occurrence:
        return Occurrence(
            day=day,
            start=self.series.moment_of(day),
            end=self._ends(day),
            subject=self.subject,
            place=self.place,
            agenda=self.agenda,
        )

    def changed(self, exception: OccurrenceException) -> Occurrence:
        """An occurrence as its exception has it."""
        usual = self._usual(exception.day)
        start = exception.start or usual.start
        return usual.model_copy(
            update={
                "start": start,
                "end": exception.end or start + (usual.end - usual.start),
                "subject": exception.subject or usual.subject,
                "place": exception.place or usual.place,
                "agenda": exception.agenda or usual.agenda,
                "changed": True,
            }
        )
