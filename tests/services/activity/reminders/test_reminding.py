"""Reminders as people meet them: told once, moved with what they are of, and gone with it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libs.jobs.timers import TIMERS
from libs.store.context import Context
from libs.web.executing import STORE
from services.activity.reminders.commands import remind
from tests.support.services import COLLEAGUE, Running
from tests.support.waiting import eventually

PATH = "/api/v1/activities"
NOTIFICATIONS = "/api/v1/notifications"
SOON = timedelta(hours=1)


def text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


async def task(activity: Running, *, due: datetime, **given: Any) -> str:
    body = {"type": "task", "subject": "Send the offer", "due": text(due), "reminders": [{"minutes_before": 30}]}
    status, created = await activity.post(PATH, {**body, **given})
    assert status == 201, created
    return str(created["id"])


async def waits_until(activity: Running, id_: str) -> datetime | None:
    document = await activity.app[STORE].collection(TIMERS).find_one({"_id": f"reminder|{id_}"})
    return document["due_at"] if document else None


async def told(activity: Running, id_: str, *, user_id: str = "user-1") -> list[dict[str, Any]]:
    _, page = await activity.get(f"{NOTIFICATIONS}?$filter=about/id eq '{id_}'", user_id=user_id)
    value: list[dict[str, Any]] = page["value"]
    return value


async def let_pass(activity: Running, id_: str) -> None:
    """Downtime until after the reminder, as far as the timer can tell."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    await activity.app[STORE].collection(TIMERS).update_one({"_id": f"reminder|{id_}"}, {"$set": {"free_at": past}})


async def test_a_reminder_is_told_once_and_is_gone(activity: Running) -> None:
    due = datetime.now(UTC).replace(microsecond=0) + SOON
    id_ = await task(
        activity, due=due, reminders=[{"minutes_before": 30}, {"minutes_before": 30, "user_id": COLLEAGUE}]
    )

    await let_pass(activity, id_)

    [notification] = await eventually(lambda: told(activity, id_)) or []
    assert (notification["title"], notification["state"], notification["kind"]) == (
        "Send the offer",
        "unread",
        "reminder",
    )
    assert (notification["about"]["collection"], notification["happens_at"]) == ("activities", text(due))
    assert len(await told(activity, id_, user_id=COLLEAGUE)) == 1
    assert await waits_until(activity, id_) is None


async def test_a_reminder_moves_with_its_activity_and_goes_with_it(activity: Running) -> None:
    due = datetime.now(UTC).replace(microsecond=0) + 2 * SOON
    id_ = await task(activity, due=due)
    path, half_an_hour = f"{PATH}/{id_}", timedelta(minutes=30)
    first = await waits_until(activity, id_)

    await activity.patch(path, {"due": text(due + SOON)})
    moved = await waits_until(activity, id_)
    await activity.post(f"{path}/complete", {})
    completed = await waits_until(activity, id_)
    await activity.post(f"{path}/reopen", {})
    reopened = await waits_until(activity, id_)
    await activity.patch(path, {"reminders": []})

    assert (first, moved) == (due - half_an_hour, due + SOON - half_an_hour)
    assert (completed, reopened) == (None, moved)
    assert await waits_until(activity, id_) is None


async def test_what_was_removed_reminds_nobody_until_it_is_restored(activity: Running) -> None:
    id_ = await task(activity, due=datetime.now(UTC) + SOON)
    waiting = await waits_until(activity, id_)
    await activity.delete(f"{PATH}/{id_}")
    await let_pass(activity, id_)

    async def fired() -> bool:
        return await waits_until(activity, id_) is None

    await eventually(fired)
    assert await told(activity, id_) == []
    await activity.post(f"{PATH}/{id_}/restore")
    assert await waits_until(activity, id_) == waiting


async def test_each_occurrence_of_a_series_reminds_and_then_the_next_one_waits(activity: Running) -> None:
    start = datetime.now(UTC).replace(microsecond=0) + SOON
    series = {
        "type": "recurring_appointment",
        "start": text(start),
        "end": text(start + SOON),
        "rule": "FREQ=DAILY;COUNT=2",
    }
    id_ = await task(activity, due=start, **series)
    first = await waits_until(activity, id_)

    await let_pass(activity, id_)
    await eventually(lambda: told(activity, id_))

    assert first is not None
    assert await waits_until(activity, id_) == first + timedelta(days=1)


async def test_a_reminder_that_fires_again_after_the_activity_was_settled_tells_nothing(activity: Running) -> None:
    id_ = await task(activity, due=datetime.now(UTC) + SOON)
    moment = await waits_until(activity, id_)
    assert moment is not None
    await activity.post(f"{PATH}/{id_}/cancel", {})

    await activity.app[STORE].run(lambda work: remind.fire(work, remind.at(moment, id_)), Context())

    assert await told(activity, id_) == []


@pytest.mark.parametrize(
    ("reminders", "pointer"),
    [
        ([{"minutes_before": 5, "at": "2026-05-04T09:30:00Z"}], "/reminders/0"),
        ([{"minutes_before": 5, "user_id": "nobody"}], "/reminders/0/user_id"),
        ([{"minutes_before": 50_000}], "/reminders/0/minutes_before"),
    ],
)
async def test_what_is_no_reminder_is_refused(activity: Running, reminders: Any, pointer: str) -> None:
    body = {"type": "task", "subject": "x", "due": "2026-12-01T08:00:00Z", "reminders": reminders}

    status, problem = await activity.post(PATH, body)

    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)
