"""When an activity takes the time of people, and which people: who is at two at once wants to know."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from libs.contracts.activity import ActivityState
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.parties import INVITED

TAKING_TIME: Final = frozenset({"appointment", "service_activity", "phone_call"})
"""Types of activity at which somebody is present from start to end."""

LONGEST: Final = timedelta(days=31)
"""What began longer ago than this before another begins is not held against it."""

DECIDES: Final = ("state", "start", "end", "owner_id", "parties")
"""What a change must touch for an overlap to be news."""

_INSTANT: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Occupied:
    """Whose time (ids of records) a scheduled activity takes, from its start to its end; without one, a moment."""

    people: frozenset[str]
    start: datetime
    end: datetime | None

    @classmethod
    def by(cls, activity: Activity) -> Self | None:
        if activity.state is not ActivityState.SCHEDULED or activity.type not in TAKING_TIME or activity.start is None:
            return None
        invited = {party.id for party in activity.parties if party.role in INVITED and party.id}
        people = frozenset(invited | ({activity.owner_id} if activity.owner_id else set()))
        return cls(people, activity.start, activity.end)

    def overlapping(self) -> dict[str, Any]:
        """The query of what is at the same time, of the same people; what ends where the other begins is not."""
        ids = {"$in": sorted(self.people)}
        roles = {"$in": sorted(INVITED)}
        last = max(self.start, (self.end or self.start) - _INSTANT)
        return {
            "$and": [
                {"$or": [{"owner_id": ids}, {"parties": {"$elemMatch": {"id": ids, "role": roles}}}]},
                {"$or": [{"end": {"$gt": self.start}}, {"start": {"$gte": self.start}}]},
            ],
            "start": {"$gte": self.start - LONGEST, "$lte": last},
            "state": ActivityState.SCHEDULED,
            "type": {"$in": sorted(TAKING_TIME)},
        }
