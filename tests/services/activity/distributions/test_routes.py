"""Activities for many records, as clients ask for them."""

from typing import Any

import pytest

from tests.services.activity.conftest import CROWD
from tests.support.services import Running
from tests.support.waiting import eventually

PATH = "/api/v1/activities/distribute"
TASK: dict[str, Any] = {"type": "task", "subject": "Say hello"}
BOB, GRACE = "bob", "grace"


async def finished(activity: Running, job: dict[str, Any]) -> dict[str, Any]:
    async def ended() -> dict[str, Any] | None:
        _, read = await activity.get(f"/api/v1/jobs/{job['id']}")
        return dict(read) if read["state"] not in {"queued", "running"} else None

    return await eventually(ended)


async def found(activity: Running, condition: str) -> list[dict[str, Any]]:
    _, page = await activity.get(f"/api/v1/activities?$filter={condition}&$top=1000")
    return list(page["value"])


async def test_named_records_get_an_activity_each(activity: Running) -> None:
    call = {"type": "phone_call", "subject": "Quick call", "regarding": {"collection": "campaigns", "id": "spring"}}
    body = {"activity": call, "collection": "contacts", "ids": [BOB, GRACE, BOB], "role": "to"}

    status, job = await activity.post(PATH, body, headers={"Idempotency-Key": "quick-1"})
    again = await activity.post(PATH, body, headers={"Idempotency-Key": "quick-1"})
    ended = await finished(activity, job)

    assert (status, job["total"], again) == (202, 2, (202, job))
    assert (ended["state"], ended["done"], ended["result"]["created"]) == ("succeeded", 2, 2)
    calls = await found(activity, "subject eq 'Quick call'")
    assert sorted(each["parties"][0]["name"] for each in calls) == ["Bob Noyce", "Grace Hopper"]
    assert {each["regarding"]["name"] for each in calls} == {"Spring sale"}


async def test_so_do_all_that_a_filter_matches(activity: Running) -> None:
    task = {**TASK, "subject": "For everybody"}

    _, job = await activity.post(PATH, {"activity": task, "collection": "accounts", "filter": "name ne null"})
    ended = await finished(activity, job)

    assert (job["total"], ended["result"]) == (CROWD, {"created": CROWD, "failed": 0, "failures": []})
    made = await found(activity, "subject eq 'For everybody' and regarding/id eq 'account-00007'")
    assert [each["regarding"]["name"] for each in made] == ["Account 7"]


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"ids": None}, {""}),
        ({"filter": "name ne null"}, {""}),
        ({"ids": []}, {"/ids"}),
        ({"ids": [BOB, "nobody"]}, {"/ids/1"}),
        ({"ids": None, "filter": "nonsense"}, {"/filter"}),
        ({"activity": {"type": "pigeon"}}, {"/activity/type"}),
        ({"activity": {**TASK, "percent_complete": 101}}, {"/activity/percent_complete"}),
        ({"activity": {**TASK, "state": "scheduled"}}, {"/activity/start"}),
        ({"activity": {**TASK, "regarding": {"collection": "contacts", "id": GRACE}}}, {"/activity/regarding"}),
        (
            {"activity": {**TASK, "parties": [{"role": "owner", "name": "Bob"}]}, "role": "owner"},
            {"/activity/parties/1/role"},
        ),
        ({"role": "spectator"}, {"/role"}),
    ],
)
async def test_what_cannot_be_is_refused_before_anything_begins(
    activity: Running, changes: dict[str, Any], pointers: set[str]
) -> None:
    body = {"activity": TASK, "collection": "contacts", "ids": [BOB], **changes}

    status, problem = await activity.post(PATH, {name: value for name, value in body.items() if value is not None})

    assert (status, {error["pointer"] for error in problem["errors"]}) == (422, pointers)


async def test_whoever_may_not_create_activities_may_not_distribute_them(activity: Running) -> None:
    body = {"activity": TASK, "collection": "contacts", "ids": [BOB]}

    status, _ = await activity.post(PATH, body, roles=("read_only",))

    assert status == 403
