"""When an activity takes the time of people, and which people: who is at two at once wants to know."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from libs.contracts.activity import ActivityState
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.parties import INVITED
from services.activity.activities.model.recurring_appointment import RecurringAppointment

Time = tuple[datetime, datetime]
"""A stretch of time: its beginning, and the moment at which it is over."""

SERIES: Final = "recurring_appointment"
"""The type of activity that takes place again and again."""

TAKING_TIME: Final = frozenset({"appointment", "service_activity", "phone_call"})
"""Types of activity at which somebody is present once, from start to end."""

LONGEST: Final = timedelta(days=31)
"""What began longer ago than this before another begins is not held against it."""

AHEAD: Final = timedelta(days=366)
"""How far ahead a series is compared with what else there is."""

DECIDES: Final = ("state", "start", "end", "owner_id", "parties", "rule", "exceptions")
"""What a change must touch for an overlap to be news."""

_INSTANT: Final = timedelta(milliseconds=1)
"""What a moment takes."""


@dataclass(frozen=True, slots=True)
class Occupied:
    """Whose time (ids of records) a scheduled activity takes, and when, in order: of a series the times to come."""

    people: frozenset[str]
    times: tuple[Time, ...]

    @classmethod
    def by(cls, activity: Activity, *, now: datetime) -> Self | None:
        if activity.state is not ActivityState.SCHEDULED or activity.type not in {*TAKING_TIME, SERIES}:
            return None
        invited = {party.id for party in activity.parties if party.role in INVITED and party.id}
        people = frozenset(invited | ({activity.owner_id} if activity.owner_id else set()))
        times = tuple(_times(activity, now, now + AHEAD))
        return cls(people, times) if times else None

    def beyond(self, before: "Occupied | None") -> "Occupied | None":
        """What it takes of them that it did not take before; None where that is nothing."""
        if before is None or before.people != self.people:
            return self
        known = set(before.times)
        times = tuple(each for each in self.times if each not in known)
        return Occupied(self.people, times) if times else None

    @property
    def _whole(self) -> Time:
        return self.times[0][0], max(end for _, end in self.times)

    def _of_them(self) -> dict[str, Any]:
        ids, roles = {"$in": sorted(self.people)}, {"$in": sorted(INVITED)}
        return {"$or": [{"owner_id": ids}, {"parties": {"$elemMatch": {"id": ids, "role": roles}}}]}

    def once(self) -> dict[str, Any]:
        """The query of what takes place once meanwhile, of the same people."""
        start, end = self._whole
        return {
            "$and": [self._of_them(), {"$or": [{"end": {"$gt": start}}, {"start": {"$gte": start}}]}],
            "start": {"$gte": start - LONGEST, "$lt": end},
            "state": ActivityState.SCHEDULED,
            "type": {"$in": sorted(TAKING_TIME)},
        }

    def series(self) -> dict[str, Any]:
        """The query of series of the same people that run meanwhile."""
        start, end = self._whole
        running = {"runs_from": {"$lt": end}, "runs_until": {"$gt": start}}
        return {**self._of_them(), **running, "state": ActivityState.SCHEDULED, "type": SERIES}

    def meets(self, other: Activity) -> bool:
        """Whether another is at the same time; what ends where the other begins is not."""
        return overlap(self.times, _times(other, *self._whole))


def _times(activity: Activity, begin: datetime, end: datetime) -> Iterator[Time]:
    """The times of an activity; of a series those that touch a window."""
    if isinstance(activity, RecurringAppointment):
        yield from (_time(each.start, each.end) for each in activity.occurrences(begin, end))
    elif activity.start is not None:
        yield _time(activity.start, activity.end)


def _time(start: datetime, end: datetime | None) -> Time:
    return start, max(end or start, start + _INSTANT)


def overlap(times: Iterable[Time], others: Iterable[Time]) -> bool:
    """Whether one of each is at the same time: it begins before the latest end of those of the other that began."""
    every = [*((start, end, 0) for start, end in times), *((start, end, 1) for start, end in others)]
    ends: list[datetime | None] = [None, None]
    for start, end, side in sorted(every):
        other = ends[1 - side]
        if other is not None and start < other:
            return True
        ends[side] = max(ends[side] or end, end)
    return False
