"""What every front end relies on: requests that may be repeated, many at once, and no lost updates."""

import asyncio
from uuid import uuid4

import pytest

from tests.flows.people import somebody
from tests.support.calling import Caller

SERVICES = ("identity", "sales", "marketing", "service", "activity", "reporting", "journal")


def key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


async def test_a_repeated_create_gets_the_first_answer(admin: Caller) -> None:
    person, once = somebody(), key()

    first = await admin.ask("POST", "leads", person, headers=once)
    second = await admin.ask("POST", "leads", person, headers=once)

    assert (first.status, second.status) == (201, 201)
    assert second.body == first.body
    assert second.headers["Location"] == first.headers["Location"]


async def test_creates_repeated_at_once_make_one_record(admin: Caller) -> None:
    person, once = somebody(), key()

    answers = await asyncio.gather(*(admin.ask("POST", "leads", person, headers=once) for _ in range(8)))

    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["id"] for answer in answers}) == 1
    assert len(await admin.find("leads", f"email eq '{person['email']}'")) == 1


async def test_a_repeated_action_is_done_once(admin: Caller) -> None:
    lead, once = await admin.post("leads", somebody()), key()

    first = await admin.ask("POST", f"leads/{lead['id']}/qualify", {}, headers=once)
    second = await admin.ask("POST", f"leads/{lead['id']}/qualify", {}, headers=once)

    assert (first.status, second.status) == (200, 200)
    assert second.body == first.body


async def test_a_key_is_good_for_one_body(admin: Caller) -> None:
    once = key()
    await admin.ask("POST", "leads", somebody(), headers=once)

    refused = await admin.ask("POST", "leads", somebody(), headers=once)

    assert (refused.status, refused.code) == (422, "idempotency_key_reused")


async def test_many_records_are_created_at_once_each_with_its_own_answer(admin: Caller) -> None:
    good, bad, other = somebody(), somebody(email="not an address"), somebody()

    results = (await admin.post("leads/bulk", {"records": [good, bad, other]}))["results"]

    assert [result["status"] for result in results] == [201, 422, 201]
    assert results[1]["problem"]["errors"][0]["pointer"] == "/email"
    assert results[2]["record"]["email"] == other["email"]


async def test_a_repeated_bulk_makes_nothing_twice(admin: Caller) -> None:
    people, once = {"records": [somebody() for _ in range(5)]}, key()

    first = await admin.ask("POST", "leads/bulk", people, headers=once)
    second = await admin.ask("POST", "leads/bulk", people, headers=once)

    assert second.body == first.body


async def test_a_change_on_an_old_version_is_refused(admin: Caller) -> None:
    created = await admin.ask("POST", "leads", somebody())
    path, version = f"leads/{created.body['id']}", {"If-Match": created.headers["ETag"]}
    changed = await admin.ask("PATCH", path, {"rating": "hot"}, headers=version)

    late = await admin.ask("PATCH", path, {"rating": "cold"}, headers=version)

    assert (changed.status, changed.headers["ETag"]) == (200, '"2"')
    assert (late.status, late.code) == (412, "stale_version")
    assert (await admin.get(path))["rating"] == "hot"


async def test_an_action_on_an_old_version_is_refused(admin: Caller) -> None:
    created = await admin.ask("POST", "leads", somebody())
    path = f"leads/{created.body['id']}"
    await admin.patch(path, {"rating": "hot"})

    late = await admin.ask("POST", f"{path}/qualify", {}, headers={"If-Match": created.headers["ETag"]})

    assert late.status == 412
    assert (await admin.get(path))["state"] == "open"


async def test_a_removed_record_is_gone(admin: Caller) -> None:
    lead = await admin.post("leads", somebody())

    removed = await admin.ask("DELETE", f"leads/{lead['id']}")

    assert removed.status == 204
    assert (await admin.ask("GET", f"leads/{lead['id']}")).status == 404


async def test_a_page_leads_to_the_next(admin: Caller) -> None:
    company = f"Engines {uuid4().hex}"
    await admin.post("leads/bulk", {"records": [somebody(company_name=company) for _ in range(5)]})
    options = {"$filter": f"company_name eq '{company}'", "$top": "2", "$count": "true"}

    seen: list[str] = []
    page = await admin.get("leads", **options)
    while True:
        seen += [lead["id"] for lead in page["value"]]
        if "@odata.nextLink" not in page:
            break
        page = await admin.get(page["@odata.nextLink"].removeprefix("/api/v1/"))

    assert page["@odata.count"] == len(set(seen)) == len(seen) == 5


@pytest.mark.parametrize("service", SERVICES)
async def test_nothing_is_parked(admin: Caller, service: str) -> None:
    parked = await admin.get("parked", service=service)

    assert parked == {"value": []}
