"""Recurring appointments as clients meet them."""

from typing import Any

import pytest

from tests.support.services import COLLEAGUE, Running
from tests.support.waiting import eventually

PATH = "/api/v1/activities"
BOARD: dict[str, Any] = {
    "type": "recurring_appointment",
    "subject": "Board",
    "start": "2026-03-16T08:00:00Z",
    "end": "2026-03-16T09:00:00Z",
    "time_zone": "Europe/Berlin",
    "rule": "FREQ=WEEKLY;COUNT=4",
    "place": "Room 1",
}
SPRING = "from=2026-03-01T00:00:00Z&to=2026-05-01T00:00:00Z"


async def made(activity: Running, **given: Any) -> str:
    status, series = await activity.post(PATH, {**BOARD, **given})
    assert status == 201, series
    return f"{PATH}/{series['id']}"


async def starts(activity: Running, path: str) -> list[str]:
    _, found = await activity.get(f"{path}/occurrences?{SPRING}")
    return [each["start"] for each in found["value"]]


async def test_occurrences_keep_their_time_of_day(activity: Running) -> None:
    path = await made(activity)

    assert await starts(activity, path) == [
        "2026-03-16T08:00:00Z",
        "2026-03-23T08:00:00Z",
        "2026-03-30T07:00:00Z",
        "2026-04-06T07:00:00Z",
    ]


async def test_one_is_changed_one_canceled_and_one_is_as_before(activity: Running) -> None:
    path = await made(activity)

    await activity.post(f"{path}/change_occurrence", {"day": "2026-03-23", "start": "2026-03-24T10:00:00Z"})
    await activity.post(f"{path}/cancel_occurrence", {"day": "2026-03-30"})
    await activity.post(f"{path}/cancel_occurrence", {"day": "2026-04-06"})
    status, series = await activity.post(f"{path}/restore_occurrence", {"day": "2026-04-06"})

    assert (status, [each["day"] for each in series["exceptions"]]) == (200, ["2026-03-23", "2026-03-30"])
    assert await starts(activity, path) == ["2026-03-16T08:00:00Z", "2026-03-24T10:00:00Z", "2026-04-06T07:00:00Z"]
    assert series == (await activity.get(path))[1]


async def test_this_and_following_become_another_series(activity: Running) -> None:
    path = await made(activity)

    status, answer = await activity.post(f"{path}/change_following", {"day": "2026-03-30", "place": "Room 2"})

    following = f"{PATH}/{answer['following']['id']}"
    assert (status, answer["following"]["follows_id"]) == (200, path.rpartition("/")[2])
    assert (answer["series"]["place"], answer["following"]["place"]) == ("Room 1", "Room 2")
    assert len(await starts(activity, path)) == len(await starts(activity, following)) == 2


async def test_the_whole_series_is_changed_by_a_patch(activity: Running) -> None:
    path = await made(activity)

    _, patched = await activity.patch(path, {"rule": "FREQ=WEEKLY;UNTIL=20260331T000000Z", "subject": "Directors"})
    refused, problem = await activity.patch(path, {"rule": "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"})

    assert patched["rule"] == "FREQ=WEEKLY;UNTIL=20260330"
    assert len(await starts(activity, path)) == 3
    assert (refused, problem["errors"][0]["pointer"]) == (422, "/rule")


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"rule": "FREQ=HOURLY"}, "/rule"),
        ({"rule": "FREQ=WEEKLY;BYDAY=TU"}, "/rule"),
        ({"rule": None}, "/rule"),
        ({"time_zone": "Mars/Base"}, "/time_zone"),
        ({"end": None}, "/end"),
        ({"end": "2026-03-16T07:00:00Z"}, "/end"),
        ({"all_day": True}, "/start"),
        ({"exceptions": []}, "/exceptions"),
    ],
)
async def test_what_is_no_series_is_refused(activity: Running, given: dict[str, Any], pointer: str) -> None:
    body = {name: value for name, value in {**BOARD, **given}.items() if value is not None}

    status, problem = await activity.post(PATH, body)

    assert (status, [error["pointer"] for error in problem["errors"]]) == (422, [pointer])


@pytest.mark.parametrize(
    "window", ["", "from=2026-03-01", "from=2026-03-01T00:00:00Z", "from=2026-03-01T00:00:00Z&to=2027-05-01T00:00:00Z"]
)
async def test_a_window_has_two_ends_within_a_year(activity: Running, window: str) -> None:
    assert (await activity.get(f"{await made(activity)}/occurrences?{window}"))[0] == 422


async def test_a_call_has_no_occurrences(activity: Running) -> None:
    _, call = await activity.post(PATH, {"type": "phone_call", "subject": "Renewal"})
    path = f"{PATH}/{call['id']}"

    status, problem = await activity.post(f"{path}/cancel_occurrence", {"day": "2026-03-30"})

    assert (status, problem["code"]) == (409, "not_recurring")
    assert await starts(activity, path) == []


async def test_who_may_not_write_changes_no_occurrence(activity: Running) -> None:
    path = await made(activity)

    assert (await activity.get(f"{path}/occurrences?{SPRING}", roles=["read_only"]))[0] == 200
    refused, _ = await activity.post(f"{path}/cancel_occurrence", {"day": "2026-03-30"}, roles=["read_only"])
    assert refused == 403


async def test_every_change_is_announced_by_what_it_is(activity: Running) -> None:
    path = await made(activity)
    await activity.post(f"{path}/change_occurrence", {"day": "2026-03-23", "place": "Room 2"})
    await activity.post(f"{path}/restore_occurrence", {"day": "2026-03-23"})
    await activity.post(f"{path}/cancel_occurrence", {"day": "2026-03-23"})
    await activity.post(f"{path}/change_following", {"day": "2026-04-06", "place": "Room 2"})
    await activity.post(f"{path}/cancel_following", {"day": "2026-03-30"})
    await activity.post(f"{path}/assign", {"owner_id": COLLEAGUE})

    async def told() -> list[str] | None:
        _, timeline = await activity.get(path.replace(PATH, "/api/v1/timeline/activities"))
        verbs = [entry["type"].rpartition(".")[2] for entry in timeline["value"]]
        return verbs if len(verbs) == 8 else None

    verbs = await eventually(told)
    assert verbs is not None
    assert set(verbs) == {
        "created",
        "occurrence_changed",
        "occurrence_restored",
        "occurrence_canceled",
        "following_changed",
        "following_canceled",
        "assigned",
    }
