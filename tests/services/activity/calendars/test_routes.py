"""Calendars as people and their programs meet them."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import vobject

from libs.domain.directory import UserEntry
from libs.store.ids import new_id
from libs.web.executing import STORE
from libs.web.requests import DIRECTORY
from services.activity.calendars.store import LINKS
from tests.support.services import Running

PATH = "/api/v1/activities"
CALENDARS = "/api/v1/calendars"
SPRING = "from=2026-03-01T00:00:00Z&to=2026-05-01T00:00:00Z"
ZONE = "time_zone=Europe/Lisbon"


async def made(activity: Running, user_id: str, **given: Any) -> str:
    times = {"start": "2026-03-16T08:00:00Z", "end": "2026-03-16T09:00:00Z"}
    body = {"type": "appointment", "subject": "Secret", **times, **given}
    status, created = await activity.post(PATH, body, user_id=user_id)
    assert status == 201, created
    return str(created["id"])


async def sent(
    activity: Running, path: str, text: str, *, user_id: str, kind: str = "text/calendar"
) -> tuple[int, Any]:
    token = activity.identities.token("administrator", user_id=user_id)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
    async with activity.session.post(
        f"{activity.url}{CALENDARS}/{path}", data=BytesIO(text.encode()), headers=headers
    ) as answer:
        return answer.status, await answer.json(content_type=None)


async def feed(activity: Running, url: str) -> tuple[int, str]:
    async with activity.session.get(f"{activity.url}{urlsplit(url).path}") as answer:
        return answer.status, await answer.text()


def calendar(*events: str, method: str = "PUBLISH") -> str:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", f"METHOD:{method}"]
    return "\r\n".join([*head, *events, "END:VCALENDAR", ""])


def event(uid: str, *lines: str) -> str:
    head = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTART:20260316T080000Z", "DURATION:PT1H"]
    return "\r\n".join([*head, *lines, "END:VEVENT"])


async def test_others_learn_when_somebody_is_busy_and_nothing_else(activity: Running) -> None:
    ana, max_ = new_id(), new_id()
    await made(activity, ana)
    await made(activity, ana, start="2026-03-16T08:30:00Z", end="2026-03-16T10:00:00Z")
    canceled = await made(activity, ana, start="2026-03-18T08:30:00Z", end="2026-03-18T10:00:00Z")
    await activity.post(f"{PATH}/{canceled}/cancel", {}, user_id=ana)

    status, found = await activity.get(f"{CALENDARS}/free_busy?users={ana},{max_}&{SPRING}", roles=["nobody"])

    busy = [{"start": "2026-03-16T08:00:00Z", "end": "2026-03-16T10:00:00Z"}]
    assert (status, found["value"]) == (200, [{"user_id": ana, "busy": busy}, {"user_id": max_, "busy": []}])
    assert (await activity.get(f"{CALENDARS}/free_busy?{SPRING}"))[0] == 422


async def test_a_calendar_is_read_by_its_link_until_that_is_renewed_or_ended(activity: Running) -> None:
    ana, now = new_id(), datetime.now(UTC).replace(microsecond=0)
    activity.identities.people.users.append(UserEntry(id=ana, version=1, roles=("administrator",)))
    await activity.app[DIRECTORY].reload()
    await made(activity, ana, subject="Visit", start=now.isoformat(), end=(now + timedelta(hours=1)).isoformat())

    assert (await activity.get(f"{CALENDARS}/link", user_id=ana))[0] == 404
    _, first = await activity.post(f"{CALENDARS}/link", user_id=ana)
    status, text = await feed(activity, first["url"])
    _, second = await activity.post(f"{CALENDARS}/link", user_id=ana)
    _, told = await activity.get(f"{CALENDARS}/link", user_id=ana)

    assert (status, vobject.readOne(text).vevent.summary.value) == (200, "Visit")
    assert ((await feed(activity, first["url"]))[0], (await feed(activity, second["url"]))[0]) == (404, 200)
    assert (told["url"], told["created_at"]) == (None, second["created_at"])
    assert (await activity.delete(f"{CALENDARS}/link", user_id=ana))[0] == 204
    assert (await feed(activity, second["url"]))[0] == 404


async def test_a_link_is_kept_as_a_hash_and_ends_with_the_sign_in_of_its_owner(activity: Running) -> None:
    ana = new_id()
    entry = UserEntry(id=ana, version=1, roles=("administrator",))
    activity.identities.people.users.append(entry)
    await activity.app[DIRECTORY].reload()
    _, link = await activity.post(f"{CALENDARS}/link", user_id=ana)
    before, _ = await feed(activity, link["url"])

    activity.identities.people.users[-1] = entry.model_copy(update={"state": "inactive", "version": 2})
    await activity.app[DIRECTORY].reload()

    assert (before, (await feed(activity, link["url"]))[0]) == (200, 404)
    kept = await activity.app[STORE].collection(LINKS).find_one({"_id": ana})
    assert link["url"].rpartition("/")[2] not in str(kept)


async def test_a_link_shows_no_more_than_its_owner_may_see(activity: Running) -> None:
    ana, reads = new_id(), {"activities": {"read": "own"}}
    later: list[dict[str, Any]] = [
        {"permissions": reads, "fields": {"activities": {"description": "hidden"}}},
        {"permissions": {}},
    ]
    await activity.know("users", {"id": ana, "roles": ["planner"]})
    await activity.know("roles", {"id": "planner", "permissions": reads, "fields": {"activities": {"place": "hidden"}}})
    _, link = await activity.post(f"{CALENDARS}/link", user_id=ana)
    answers = [await feed(activity, link["url"])]

    for role in later:
        await activity.know("roles", {"id": "planner", **role})
        answers.append(await feed(activity, link["url"]))

    assert [status for status, _ in answers] == [403, 200, 404]
    assert "place" in answers[0][1]


async def test_a_file_is_taken_over_event_by_event_and_once(activity: Running) -> None:
    ana, uid = new_id(), new_id()
    series = event(f"{uid}-s", "SUMMARY:Board", "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20260323T080000Z")
    bad = event(f"{uid}-b", "RRULE:FREQ=HOURLY")
    text = calendar(event(uid, "SUMMARY:Visit", "LOCATION:Room 1"), series, bad)

    _, first = await sent(activity, f"import?{ZONE}", text, user_id=ana)
    _, again = await sent(activity, f"import?{ZONE}", text, user_id=ana)
    _, moved = await sent(activity, f"import?{ZONE}", text.replace("Room 1", "Room 2"), user_id=ana)

    assert [first[name] for name in ("added", "changed", "unchanged", "refused")] == [2, 0, 0, 1]
    assert [again[name] for name in ("added", "changed", "unchanged", "refused")] == [0, 0, 2, 1]
    assert [moved[name] for name in ("added", "changed", "unchanged", "refused")] == [0, 1, 1, 1]
    refused = next(each for each in first["events"] if each["status"] == "refused")
    assert (refused["uid"], refused["code"]) == (f"{uid}-b", "invalid_rule")
    ids = {each["uid"]: each["id"] for each in first["events"]}
    _, visit = await activity.get(f"{PATH}/{ids[uid]}")
    _, occurrences = await activity.get(f"{PATH}/{ids[f'{uid}-s']}/occurrences?{SPRING}")
    assert (visit["subject"], visit["place"], visit["time_zone"]) == ("Visit", "Room 2", "UTC")
    assert [each["day"] for each in occurrences["value"]] == ["2026-03-16", "2026-03-30"]


async def test_what_was_canceled_elsewhere_is_canceled_here(activity: Running) -> None:
    ana, uid = new_id(), new_id()
    _, added = await sent(activity, "import", calendar(event(uid)), user_id=ana)

    for expected in ("changed", "unchanged"):
        _, gone = await sent(activity, "import", calendar(event(uid, "STATUS:CANCELLED")), user_id=ana)
        assert gone["events"][0]["status"] == expected

    assert (await activity.get(f"{PATH}/{added['events'][0]['id']}"))[1]["state"] == "canceled"


async def test_what_is_no_calendar_is_refused(activity: Running) -> None:
    assert (await sent(activity, "import", "x", user_id="ana"))[0] == 400
    assert (await sent(activity, "import", "{}", user_id="ana", kind="application/json"))[0] == 415
    assert (await sent(activity, "import", "x" * (2 * 1024 * 1024 + 1), user_id="ana"))[0] == 413


async def test_a_reply_says_who_comes(activity: Running) -> None:
    eva = {"role": "required", "email": "eva@example.org"}
    id_ = await made(activity, "ana", parties=[eva, {"role": "optional", "email": "max@example.org"}])
    answer = event(f"{id_}@tandem", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:eva@example.org")
    stranger = event(f"{id_}@tandem", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:stranger@example.org")

    status, answered = await sent(activity, "replies", calendar(answer, method="REPLY"), user_id="ana")
    refused, _ = await sent(activity, "replies", calendar(stranger, method="REPLY"), user_id="ana")

    _, visit = await activity.get(f"{PATH}/{id_}")
    assert (status, answered["activity_ids"], refused) == (200, [id_], 404)
    assert [party["response"] for party in visit["parties"]] == ["accepted", "none"]
