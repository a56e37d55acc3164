"""The duplicates of a whole collection, found by a job."""

from typing import Any

from libs.domain.directory import RoleEntry
from libs.domain.grants import Depth
from tests.libs.web.duplicates.harbour import EMAIL, LIKE_NAME, PHONE, boat, define, rule
from tests.support.services import COLLEAGUE, Running
from tests.support.waiting import eventually


async def found(harbour: Running, role: str = "administrator") -> dict[str, Any]:
    """The job, when it has ended."""
    status, begun = await harbour.post("/api/v1/boats/find_duplicates", roles=(role,))
    assert status == 202, begun

    async def look() -> dict[str, Any] | None:
        _, job = await harbour.get(f"/api/v1/jobs/{begun['id']}")
        return job if job["finished_at"] else None

    return await eventually(look)


async def groups(harbour: Running, job: dict[str, Any], after: int = 0, role: str = "administrator") -> dict[str, Any]:
    status, page = await harbour.get(f"/api/v1/boats/duplicates?job_id={job['id']}&after={after}", roles=(role,))
    assert status == 200, page
    return dict(page)


async def test_records_that_are_alike_by_any_rule_are_one_group(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL), rule("phone", PHONE), rule("name", LIKE_NAME))
    one = await boat(harbour, email="anna@example.org", name="Rui Brito")
    two = await boat(harbour, email="anna@example.org", phone="+351 21 123 4567")
    three = await boat(harbour, phone="+351 211234567")
    four, five = await boat(harbour, name="Anna Pinto"), await boat(harbour, name="Anna Pimto")
    await boat(harbour, phone="+49 30 123 4567", name="Zoe")

    job = await found(harbour)

    assert (job["state"], job["result"]) == ("succeeded", {"groups": 2, "records": 5, "complete": True})
    assert job["done"] == job["total"] > 0
    assert (await groups(harbour, job))["value"] == [
        {"number": 1, "ids": [one, two, three], "rules": ["email", "phone"], "score": 1.0},
        {"number": 2, "ids": [four, five], "rules": ["name"], "score": 0.9},
    ]


async def test_groups_hold_what_is_there_now(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL))
    ids = [await boat(harbour, email="anna@example.org") for _ in range(3)]
    job = await found(harbour)

    await harbour.delete(f"/api/v1/boats/{ids[0]}")
    assert (await groups(harbour, job))["value"][0]["ids"] == ids[1:]
    await harbour.delete(f"/api/v1/boats/{ids[1]}")
    assert (await groups(harbour, job))["value"] == []


async def test_groups_come_in_pages(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL))
    rows = [{"email": f"boat{number // 2}@example.org"} for number in range(240)]
    await harbour.post("/api/v1/boats/bulk", {"records": rows})
    job = await found(harbour)

    first = await groups(harbour, job)
    second = await groups(harbour, job, after=first["next"])

    assert (len(first["value"]), len(second["value"]), second["next"]) == (100, 20, None)
    assert len({tuple(each["ids"]) for each in (*first["value"], *second["value"])}) == 120


async def test_a_job_compares_what_its_owner_may_see(harbour: Running) -> None:
    own = {"boats": {"read": Depth.OWN.value}, "jobs": {"read": Depth.ALL.value}}
    harbour.identities.people.roles.append(RoleEntry(id="sailor", version=1, permissions=own))
    await define(harbour, rule("email", EMAIL))
    mine = [await boat(harbour, email="anna@example.org") for _ in range(2)]
    theirs = [await boat(harbour, email=f"{name}@example.org") for name in ("anna", "bea", "bea")]
    for each in theirs:
        await harbour.post(f"/api/v1/boats/{each}/assign", {"owner_id": COLLEAGUE})

    job = await found(harbour, "sailor")
    everything = await found(harbour)

    assert job["result"] == {"groups": 1, "records": 2, "complete": True}
    assert [each["ids"] for each in (await groups(harbour, job, role="sailor"))["value"]] == [mine]
    assert [each["ids"] for each in (await groups(harbour, everything, role="sailor"))["value"]] == [mine]
    assert len((await groups(harbour, everything))["value"]) == 2


async def test_the_groups_of_a_job_are_its_owners(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL))
    job = await found(harbour)

    path = f"/api/v1/boats/duplicates?job_id={job['id']}"
    assert (await harbour.get(path, user_id=COLLEAGUE, roles=("sales_manager",)))[0] in {403, 404}
    assert (await harbour.get("/api/v1/boats/duplicates?job_id=nothing"))[0] == 404
    assert (await harbour.get(f"{path}&after=x"))[0] == 422
