"""Who is busy when."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.activity import PartyResponse, PartyRole
from services.activity.activities.model.appointment import Appointment
from services.activity.activities.model.parties import Party
from services.activity.activities.model.recurring_appointment import RecurringAppointment
from services.activity.calendars.model import busy_times

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def meeting(start: float, end: float, **given: Any) -> Appointment:
    times: dict[str, Any] = {"start": NOON + start * HOUR, "end": NOON + end * HOUR}
    return Appointment(id=f"{start}-{end}", subject="Secret", owner_id="ana", **times, **given)


def hours(user_id: str, *activities: Appointment | RecurringAppointment) -> list[tuple[float, float]]:
    [user] = busy_times([user_id], activities, NOON, NOON + 10 * HOUR)
    return [((each.start - NOON) / HOUR, (each.end - NOON) / HOUR) for each in user.busy]


def test_what_overlaps_or_touches_is_one_time_within_the_window() -> None:
    assert hours("ana", meeting(4, 5), meeting(-2, 1), meeting(1, 2), meeting(4.5, 12)) == [(0, 2), (4, 10)]


def test_who_is_invited_is_busy_unless_they_have_declined() -> None:
    def invited(response: PartyResponse) -> Appointment:
        party = Party(collection="users", id="eva", role=PartyRole.OPTIONAL, response=response)
        return meeting(1, 2, parties=(party,))

    assert hours("eva", invited(PartyResponse.NONE)) == [(1, 2)]
    assert hours("eva", invited(PartyResponse.DECLINED)) == []
    assert hours("ana", invited(PartyResponse.DECLINED)) == [(1, 2)]


def test_every_occurrence_of_a_series_takes_time_and_a_moment_takes_none() -> None:
    daily = RecurringAppointment(
        id="s", subject="x", owner_id="ana", start=NOON - 45 * HOUR, end=NOON - 44 * HOUR, rule="FREQ=DAILY"
    ).begun(at=NOON)

    assert hours("ana", daily, meeting(7, 7)) == [(3, 4)]


@given(st.lists(st.tuples(st.integers(-2, 12), st.integers(0, 4)), max_size=12))
def test_an_hour_is_taken_where_a_meeting_holds_it(spans: list[tuple[int, int]]) -> None:
    found = hours("ana", *(meeting(start, start + length) for start, length in spans))

    taken = {hour for start, length in spans for hour in range(start, start + length) if 0 <= hour < 10}
    assert {hour for begin, end in found for hour in range(int(begin), int(end))} == taken
    assert all(one[1] < other[0] for one, other in pairwise(found))
