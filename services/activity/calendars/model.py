"""Who is busy when: pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from libs.contracts.activity import PartyResponse
from libs.contracts.values import Moment, Value
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.appointment import Meeting


class Busy(Value):
    start: Moment
    end: Moment


class BusyUser(Value):
    """When a user is busy; not with what."""

    user_id: str
    busy: tuple[Busy, ...]


def concerns(activity: Activity, user_id: str) -> bool:
    """Whether it takes time of a user: they own it, or are invited and have not declined."""
    return activity.owner_id == user_id or any(
        party.collection == "users" and party.id == user_id and party.response is not PartyResponse.DECLINED
        for party in activity.parties
    )


def busy_times(
    user_ids: Sequence[str], activities: Iterable[Activity], begin: datetime, end: datetime
) -> list[BusyUser]:
    """The times in a window at which each user is busy, in order; those that overlap or touch are joined."""
    taken = [(activity, list(_times(activity, begin, end))) for activity in activities]
    return [
        BusyUser(
            user_id=user_id,
            busy=tuple(_joined(time for activity, times in taken if concerns(activity, user_id) for time in times)),
        )
        for user_id in user_ids
    ]


def _times(activity: Activity, begin: datetime, end: datetime) -> Iterator[Busy]:
    """Within the window; what lasts for no time makes nobody busy."""
    whole: list[tuple[datetime, datetime]] = []
    if isinstance(activity, Meeting):
        whole = [(each.start, each.end) for each in activity.occurrences(begin, end)]
    elif activity.start and activity.end:
        whole = [(activity.start, activity.end)]
    for start, until in whole:
        if max(start, begin) < min(until, end):
            yield Busy(start=max(start, begin), end=min(until, end))


def _joined(times: Iterable[Busy]) -> Iterator[Busy]:
    current: Busy | None = None
    for time in sorted(times, key=lambda each: each.start):
        if current is not None and time.start <= current.end:
            current = Busy(start=current.start, end=max(current.end, time.end))
            continue
        if current is not None:
            yield current
        current = time
    if current is not None:
        yield current
