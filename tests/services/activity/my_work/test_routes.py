"""What somebody has to do, as they ask for it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from libs.store.ids import new_id
from libs.web.executing import STORE
from services.activity.activities.model.activity import UNSETTLED
from tests.support.services import Running

EVA = "eva"
PATH = "/api/v1/activities"
MINE = "/api/v1/my_work"
HOUR = timedelta(hours=1)


def text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


async def made(activity: Running, user_id: str, type_: str, subject: str, **given: Any) -> str:
    fields = {name: text(value) if isinstance(value, datetime) else value for name, value in given.items()}
    status, created = await activity.post(PATH, {"type": type_, "subject": subject, **fields}, user_id=user_id)
    assert status == 201, created
    return str(created["id"])


async def work_of(activity: Running, user_id: str) -> dict[str, list[str]]:
    status, work = await activity.get(MINE, user_id=user_id)
    assert status == 200, work
    for section in work.values():
        assert section["count"] == len(section["value"])
    return {name: [item["subject"] for item in section["value"]] for name, section in work.items()}


async def test_what_is_late_is_told_apart_from_what_is_for_today_and_the_rest(activity: Running) -> None:
    ana, now = new_id(), datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    noon, monday = midnight + 12 * HOUR, midnight - timedelta(days=now.weekday())
    await made(activity, ana, "task", "Long late", due=monday - 48 * HOUR)
    await made(activity, ana, "appointment", "Over", start=monday - 50 * HOUR, end=monday - 49 * HOUR)
    await made(activity, ana, "task", "Next month", due=now + timedelta(days=40))
    await made(activity, ana, "phone_call", "Some day")
    await made(activity, ana, "appointment", "Lunch", start=noon, end=midnight + 36 * HOUR)
    await made(activity, ana, "task", "Of another's", due=noon, state="completed", occurred_at=noon - 24 * HOUR)
    await made(activity, new_id(), "task", "A colleague's", due=noon)

    work = await work_of(activity, ana)

    assert sorted(work["open"]) == ["Long late", "Lunch", "Next month", "Over", "Some day"]
    assert work["overdue"] == ["Over", "Long late"]
    assert (work["today"], work["this_week"]) == (["Lunch"], ["Lunch"])


async def test_occurrences_and_invitations_belong_to_the_week(activity: Running) -> None:
    ana, now = new_id(), datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    start, end = midnight - timedelta(days=14) + 9 * HOUR, midnight - timedelta(days=14) + 10 * HOUR
    invited = [{"collection": "users", "id": EVA, "role": "required"}]
    declined = [{**invited[0], "response": "declined"}]
    series = await made(
        activity, ana, "recurring_appointment", "Stand-up", start=start, end=end, rule="FREQ=DAILY", parties=invited
    )
    times = {"start": midnight + 9 * HOUR, "end": midnight + 10 * HOUR}
    await made(activity, new_id(), "appointment", "Declined", **times, parties=declined)
    await made(activity, new_id(), "appointment", "Asked", **times, parties=invited)

    _, work = await activity.get(MINE, user_id=ana)
    of_colleague = await work_of(activity, EVA)

    assert [(item["id"], item["day"]) for item in work["today"]["value"]] == [(series, str(midnight.date()))]
    assert work["this_week"]["count"] == 7
    assert sorted(of_colleague["today"]) == ["Asked", "Stand-up"]
    assert of_colleague["open"] == []


async def test_a_zone_that_nobody_knows_is_refused(activity: Running) -> None:
    status, problem = await activity.get(f"{MINE}?time_zone=Mars/Base")

    assert (status, problem["errors"][0]["pointer"]) == (422, "time_zone")
    assert (await activity.get(f"{MINE}?time_zone=Asia/Tokyo"))[0] == 200


async def test_every_part_is_found_by_an_index(activity: Running) -> None:
    now, store = datetime.now(UTC), activity.app[STORE]
    mine = {"owner_id": "ana", "state": {"$in": list(UNSETTLED)}}
    run = {"owner_id": "ana", "runs_from": {"$lt": now}, "runs_until": {"$gte": now}}

    for query in (mine, {**mine, "due": {"$lt": now}}, {**mine, "start": {"$gte": now}}, run, {"parties.id": "ana"}):
        assert "COLLSCAN" not in str(await store.explain("activities", query, [("due", 1)]))
