"""Many people are to be reminded at once, while the service that does it dies."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import pytest

from libs.jobs.timers import TIMERS
from tests.faults.scene import Scene
from tests.support.waiting import eventually

AT_ONCE: Final = 500
"""Activities in one request, and notifications on one page."""

WITHIN: Final = 600.0


@pytest.mark.parametrize("number", [300, pytest.param(10_000, marks=pytest.mark.full)])
async def test_each_is_reminded_once_though_the_service_is_killed_twice(scene: Scene, number: int) -> None:
    ledger, subject = scene.ledger(), f"Call {uuid4().hex}"
    minute = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=1)
    await given_tasks(scene, subject, number, remind_at=minute)

    await let_come(scene, minute)
    for part in (0.1, 0.5):
        await told(scene, subject, at_least=int(part * number))
        await scene.killed("activity")
        await let_come(scene, minute)

    notified = await told(scene, subject, at_least=number)
    assert {count for _, count in Counter(each["about"]["id"] for each in notified).items()} == {1}
    assert len(notified) == number
    await scene.holds(ledger)


async def given_tasks(scene: Scene, subject: str, number: int, *, remind_at: datetime) -> None:
    task = {"type": "task", "subject": subject, "reminders": [{"at": remind_at.isoformat()}]}
    for begin in range(0, number, AT_ONCE):
        answer = await scene.caller.post("activities/bulk", {"records": [task] * min(AT_ONCE, number - begin)})
        assert {result["status"] for result in answer["results"]} == {201}


async def let_come(scene: Scene, minute: datetime) -> None:
    """The minute is here, as far as the timers can tell, and whoever had some of them in hand has had them too long."""
    theirs = {"kind": "reminder", "due_at": minute, "free_at": {"$type": "date"}}
    timers = scene.databases.collection("activity", TIMERS)
    await timers.update_many(theirs, {"$set": {"free_at": datetime.now(UTC)}})


async def told(scene: Scene, subject: str, *, at_least: int) -> list[dict[str, Any]]:
    async def so_many() -> list[dict[str, Any]] | None:
        found: list[dict[str, Any]] = []
        while True:
            options = {"$filter": f"title eq '{subject}'", "$top": str(AT_ONCE), "$skip": str(len(found))}
            page = (await scene.caller.get("notifications", **options))["value"]
            found += page
            if len(page) < AT_ONCE:
                return found if len(found) >= at_least else None

    return await eventually(so_many, within=WITHIN, every=0.5) or []
