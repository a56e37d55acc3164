"""What appointments have, whether they take place once or again and again: where and when people meet, and why."""

from abc import abstractmethod
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field

from libs.contracts.activity import ActivityState
from libs.contracts.values import Day, Moment, Value
from libs.domain.fields import GUARDED, INDEXED, INITIAL, LISTED, Line, Text
from libs.domain.people import Email
from libs.domain.personal import Personal
from libs.domain.recurrence import ZoneName, day_begins
from libs.domain.refusals import InvalidFields
from services.activity.activities.model.activity import TEXTS, Activity
from services.activity.activities.model.parties import MOST_PARTIES


class Occurrence(Value):
    """One time that people meet. `day` names it within its series; `changed` tells that it is not as the rest."""

    day: Day
    start: datetime
    end: datetime
    subject: str
    place: str | None
    agenda: str | None
    changed: bool = False

    def touches(self, begin: datetime, end: datetime) -> bool:
        """Whether it is, for some time at least, from `begin` until before `end`."""
        return self.start < end and (self.end > begin or self.start >= begin)


class Meeting(Activity):
    """Scheduled unless it says otherwise. One that lasts all day begins and ends as days do in its time zone.

    `uid` is what other calendars call it, where it came from one; `invited` are those who were written to.
    """

    personal = Personal(texts=(*TEXTS, "place", "agenda"), belongs_to={"regarding": None}, parties=("parties",))

    state: Annotated[ActivityState, INITIAL, LISTED] = ActivityState.SCHEDULED
    start: Annotated[Moment, LISTED]
    end: Annotated[Moment, LISTED]
    time_zone: Annotated[ZoneName, LISTED] = "UTC"
    all_day: Annotated[bool, LISTED] = False
    place: Annotated[Line | None, LISTED] = None
    agenda: Text | None = None
    uid: Annotated[Line | None, INITIAL, LISTED] = None
    invited: Annotated[tuple[Email, ...], GUARDED, Field(max_length=MOST_PARTIES)] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def scheduled(self, *, start: datetime, end: datetime | None = None) -> Self:
        """At another time, and as long as before unless an end is given."""
        return super().scheduled(start=start, end=end or start + self.length)

    def settled(self) -> Self:
        for name, moment in (("start", self.start), ("end", self.end)):
            if self.all_day and moment != day_begins(moment.astimezone(self.zone).date(), self.zone):
                raise InvalidFields.at(f"/{name}", "not_midnight", f"must be where a day begins in {self.time_zone}")
        return super().settled()

    @abstractmethod
    def occurrences(self, begin: datetime, end: datetime) -> Iterator[Occurrence]:
        """When people meet from `begin` until before `end`, in order."""


class Appointment(Meeting, aggregate="activity.appointment"):
    """An appointment that takes place once."""

    type: Annotated[Literal["appointment"], INITIAL, INDEXED] = "appointment"

    def occurrences(self, begin: datetime, end: datetime) -> Iterator[Occurrence]:
        once = Occurrence(
            day=self.start.astimezone(self.zone).date(),
            start=self.start,
            end=self.end,
            subject=self.subject,
            place=self.place,
            agenda=self.agenda,
        )
        if once.touches(begin, end):
            yield once
