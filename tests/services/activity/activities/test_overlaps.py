"""Who schedules something is told what else is scheduled for the same people at the same time."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.store.clock import utc_now
from libs.store.copies import seed_copies
from libs.store.ids import new_id
from libs.web.executing import STORE
from services.activity.activities.model.kinds import AnyActivity
from services.activity.activities.model.overlaps import Occupied, overlap
from services.activity.activities.model.phone_call import PhoneCall
from services.activity.activities.routes import OVERLAPS
from tests.support.services import COLLEAGUE, Running

PATH = "/api/v1/activities"


async def person(activity: Running) -> dict[str, Any]:
    contact = {"id": new_id(), "full_name": "Ada Lovelace"}
    await seed_copies(activity.app[STORE], "contacts", [contact])
    return {"role": "required", "collection": "contacts", "id": contact["id"]}


def call(begins: str, ends: str | None, *parties: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """On a day of 2027, scheduled unless the fields say otherwise."""
    start, end = (f"2027-03-01T{hour}:00Z" if hour else None for hour in (begins, ends))
    body = {"type": "phone_call", "subject": "Call", "state": "scheduled", "start": start, "end": end, **fields}
    return {**body, "parties": [*parties, {"role": "to", "name": "Everybody"}]}


async def warned(activity: Running, path: str, body: dict[str, Any], method: str = "POST") -> tuple[str, list[str]]:
    """The id of what somebody has written who has nothing else to do, and the ids that the answer warned of."""
    token = activity.identities.token("administrator", user_id=new_id())
    headers = {"Authorization": f"Bearer {token}"}
    async with activity.session.request(method, f"{activity.url}{path}", json=body, headers=headers) as response:
        made = await response.json()
        assert response.status in (200, 201), made
        return made.get("id", ""), json.loads(response.headers.get(OVERLAPS, "[]"))


@pytest.mark.parametrize(
    ("begins", "ends", "overlaps"),
    [
        ("09:00", "10:00", False),
        ("11:00", "12:00", False),
        ("09:00", "10:01", True),
        ("10:30", "10:40", True),
        ("10:59", "12:00", True),
        ("09:00", "12:00", True),
        ("10:00", None, True),
        ("10:59", None, True),
        ("11:00", None, False),
    ],
)
async def test_what_is_at_the_same_time_is_told(
    activity: Running, begins: str, ends: str | None, *, overlaps: bool
) -> None:
    ada = await person(activity)
    first, nothing = await warned(activity, PATH, call("10:00", "11:00", ada))

    _, told = await warned(activity, PATH, call(begins, ends, ada))

    assert (nothing, told) == ([], [first] if overlaps else [])


async def test_what_takes_nobodys_time_is_not_told(activity: Running) -> None:
    ada, bob = await person(activity), await person(activity)
    await warned(activity, PATH, call("10:00", "11:00", {**ada, "role": "to"}))
    await warned(activity, PATH, call("10:00", "11:00", ada, state="open"))
    await warned(activity, PATH, {**call("10:00", "11:00", ada), "type": "task"})

    _, told = await warned(activity, PATH, call("10:00", "11:00", ada, bob))

    assert told == []


async def test_whoever_is_given_two_at_the_same_time_is_told(activity: Running) -> None:
    first, _ = await warned(activity, PATH, call("10:00", "11:00"))
    second, nothing = await warned(activity, PATH, call("10:00", "11:00"))

    _, alone = await warned(activity, f"{PATH}/{first}/assign", {"owner_id": COLLEAGUE})
    _, both = await warned(activity, f"{PATH}/{second}/assign", {"owner_id": COLLEAGUE})

    assert (nothing, alone, both) == ([], [], [first])


async def test_moving_and_scheduling_tell_and_other_changes_do_not(activity: Running) -> None:
    ada = await person(activity)
    first, _ = await warned(activity, PATH, call("10:00", "11:00", ada))
    second, _ = await warned(activity, PATH, call("12:00", "13:00", ada))
    one = f"{PATH}/{second}"

    _, moved = await warned(activity, one, {"start": "2027-03-01T10:30:00Z"}, "PATCH")
    _, renamed = await warned(activity, one, {"subject": "Another"}, "PATCH")
    _, scheduled = await warned(activity, f"{one}/schedule", {"start": "2027-03-01T10:45:00Z"})

    assert (moved, renamed, scheduled) == ([first], [], [first])


def weekly(hour: str, *parties: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Half an hour on each of four Mondays."""
    day = _first_monday()
    when = {"start": f"{day}T{hour}:00Z", "end": f"{day}T{hour[:3]}30:00Z", "rule": "FREQ=WEEKLY;COUNT=4"}
    return {"type": "recurring_appointment", "subject": "Board", "parties": list(parties), **when, **fields}


def _first_monday(weeks: int = 0, days: int = 0) -> date:
    """Soon enough for series to be compared so far ahead."""
    today = utc_now().date()
    return today + timedelta(days=70 - today.weekday(), weeks=weeks) + timedelta(days=days)


@pytest.mark.parametrize(
    ("weeks", "days", "hour", "overlaps"),
    [
        (0, 0, "10:15", True),
        (2, 0, "10:15", True),
        (2, 0, "10:30", False),
        (2, 1, "10:15", False),
        (4, 0, "10:15", False),
    ],
)
async def test_later_times_of_a_series_are_told_and_what_they_meet(
    activity: Running, weeks: int, days: int, hour: str, *, overlaps: bool
) -> None:
    ada, bob = await person(activity), await person(activity)
    once = {"start": f"{_first_monday(weeks, days)}T{hour}:00Z", "end": None}

    series, _ = await warned(activity, PATH, weekly("10:00", ada))
    _, met = await warned(activity, PATH, call("10:00", None, ada) | once)
    single, _ = await warned(activity, PATH, call("10:00", None, bob) | once)
    _, meets = await warned(activity, PATH, weekly("10:00", bob))

    assert (met, meets) == (([series], [single]) if overlaps else ([], []))


async def test_of_two_series_the_times_are_compared_as_they_are(activity: Running) -> None:
    ada = await person(activity)
    moved, _ = await warned(activity, PATH, weekly("10:00", ada))
    change = {"day": str(_first_monday(1)), "start": f"{_first_monday(1)}T15:00:00Z"}

    _, before = await warned(activity, PATH, weekly("15:00", ada))
    await activity.post(f"{PATH}/{moved}/change_occurrence", change)
    _, after = await warned(activity, PATH, weekly("15:10", ada, rule="FREQ=WEEKLY;COUNT=2"))

    assert before == []
    assert moved in after


def once(person: dict[str, Any], day: date, hour: str) -> dict[str, Any]:
    return call(hour, None, person) | {"start": f"{day}T{hour}:00Z"}


async def test_of_an_occurrence_that_is_moved_its_new_time_alone_is_compared(activity: Running) -> None:
    ada, second = await person(activity), _first_monday(1)
    series, _ = await warned(activity, PATH, weekly("10:00", ada))
    await warned(activity, PATH, once(ada, _first_monday(), "10:15"))
    usual, _ = await warned(activity, PATH, once(ada, second, "10:20"))
    later, _ = await warned(activity, PATH, once(ada, second, "15:15"))
    one = f"{PATH}/{series}"

    _, moved = await warned(activity, f"{one}/change_occurrence", {"day": str(second), "start": f"{second}T15:00:00Z"})
    _, renamed = await warned(activity, f"{one}/change_occurrence", {"day": str(second), "subject": "Directors"})
    _, restored = await warned(activity, f"{one}/restore_occurrence", {"day": str(second)})
    _, canceled = await warned(activity, f"{one}/cancel_occurrence", {"day": str(second)})

    assert (moved, renamed, restored, canceled) == ([later], [], [usual], [])


async def test_what_follows_an_occurrence_is_compared_as_a_series_of_its_own(activity: Running) -> None:
    ada, third = await person(activity), _first_monday(2)
    series, _ = await warned(activity, PATH, weekly("10:00", ada))
    met, _ = await warned(activity, PATH, once(ada, third, "12:10"))

    following = {"day": str(third), "start": f"{third}T12:00:00Z"}
    _, told = await warned(activity, f"{PATH}/{series}/change_following", following)

    assert told == [met]


TIMES = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5)), max_size=6)


@given(mine=TIMES, others=TIMES)
def test_times_overlap_where_one_begins_before_the_other_ends(
    mine: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    begin = datetime(2027, 3, 1, tzinfo=UTC)
    one, two = (
        [(begin + timedelta(hours=at), begin + timedelta(hours=at + lasts)) for at, lasts in each]
        for each in (mine, others)
    )

    assert overlap(one, two) == any(a < d and c < b for a, b in one for c, d in two)


async def test_it_is_found_by_indexes_alone(activity: Running) -> None:
    planned = PhoneCall.model_validate({**call("10:00", "11:00"), "id": "c", "owner_id": "ada"})
    occupied = Occupied.by(planned, now=utc_now())
    assert occupied is not None

    for query in (occupied.once(), occupied.series()):
        plan = await activity.app[STORE].explain(AnyActivity.collection, {**query, "_deleted": None}, [])
        stages = str(plan["queryPlanner"]["winningPlan"])
        assert "parties.id_1_start_1" in stages
        assert "COLLSCAN" not in stages
