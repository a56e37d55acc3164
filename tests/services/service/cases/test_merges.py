"""Cases about one matter become one; those of a customer who was merged are the survivor's, and back."""

from typing import Any

from libs.store.copies import seed_copies
from libs.store.ids import new_id
from libs.web.executing import STORE
from tests.services.service.cases.test_routes import ACME, open_case
from tests.support.merges import merge_event
from tests.support.publishing import publish
from tests.support.services import Running
from tests.support.waiting import eventually


async def becomes(cases: Running, case: dict[str, Any], **fields: Any) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        found: dict[str, Any] = (await cases.get(f"/api/v1/cases/{case['id']}"))[1]
        return found if {name: found[name] for name in fields} == fields else None

    return await eventually(look)


async def test_the_customer_of_a_case_becomes_the_survivor_and_itself_again(cases: Running, amqp_url: str) -> None:
    gone, kept, person = new_id(), new_id(), new_id()
    records = [{"id": gone, "name": "Akme"}, {"id": kept, "name": "Acme"}]
    await seed_copies(cases.app[STORE], "accounts", records)
    await seed_copies(cases.app[STORE], "contacts", [{"id": person, "full_name": "Ann Lee"}])
    customer = {"collection": "accounts", "id": gone}
    case = await open_case(cases, customer=customer, contact_id=person)

    await publish(amqp_url, merge_event(f"accounts/{kept}", {gone: kept}))
    moved = await becomes(cases, case, customer={"collection": "accounts", "id": kept, "name": "Acme"})
    late = await open_case(cases, customer=customer)
    assert (moved["version"], moved["contact_id"], late["customer"]["id"]) == (2, person, kept)

    await publish(amqp_url, merge_event(f"accounts/{kept}", {gone: None}, version=2, verb="unmerged"))
    await becomes(cases, case, customer={"collection": "accounts", "id": gone, "name": "Akme"})
    assert (await cases.get(f"/api/v1/cases/{late['id']}"))[1]["customer"]["id"] == kept


async def test_the_contact_of_a_case_moves_while_its_customer_stays(cases: Running, amqp_url: str) -> None:
    gone, kept = new_id(), new_id()
    await seed_copies(cases.app[STORE], "contacts", [{"id": each, "full_name": "Ann Lee"} for each in (gone, kept)])
    case = await open_case(cases, contact_id=gone)

    await publish(amqp_url, merge_event(f"contacts/{kept}", {gone: kept}, name="Ann Lee"))

    moved = await becomes(cases, case, contact_id=kept)
    assert moved["customer"] == {**ACME, "name": "Acme Ltd"}


async def merge(cases: Running, survivor: dict[str, Any], *duplicates: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    asked = {"duplicates": [each["id"] for each in duplicates]}
    return await cases.post(f"/api/v1/cases/{survivor['id']}/merge", asked)


async def unmerge(cases: Running, survivor: dict[str, Any], duplicate: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return await cases.post(f"/api/v1/cases/{survivor['id']}/unmerge", {"duplicate": duplicate["id"]})


async def resolve(cases: Running, case: dict[str, Any], minutes: int) -> dict[str, Any]:
    body = {"resolution": "A new lamp", "time_spent_minutes": minutes}
    status, resolved = await cases.post(f"/api/v1/cases/{case['id']}/resolve", body)
    assert status == 200, resolved
    found: dict[str, Any] = resolved
    return found


async def test_two_cases_about_one_matter_become_one_and_come_apart(cases: Running) -> None:
    kept, gone = await open_case(cases, title="No light"), await open_case(cases, description="Since Monday")
    child = await open_case(cases, parent_case_id=gone["id"])
    await resolve(cases, gone, 15)

    status, merged = await merge(cases, kept, gone)

    assert (status, merged["description"], merged["time_spent_minutes"]) == (200, "Since Monday", 15)
    assert (merged["number"], merged["state"]) == (kept["number"], "active")
    await becomes(cases, child, parent_case_id=kept["id"])
    assert (await cases.get(f"/api/v1/cases/{gone['id']}"))[1]["id"] == kept["id"]

    status, apart = await unmerge(cases, kept, gone)
    assert (status, apart["duplicate"]["state"], apart["survivor"]["time_spent_minutes"]) == (200, "resolved", 0)
    await becomes(cases, child, parent_case_id=gone["id"])


async def test_what_is_open_is_not_merged_into_what_has_ended(cases: Running) -> None:
    ended, still_open = await resolve(cases, await open_case(cases), 5), await open_case(cases)

    status, problem = await merge(cases, ended, still_open)

    assert (status, problem["code"], problem["state"]) == (409, "ended_survivor", "resolved")
    assert (await merge(cases, still_open, ended))[0] == 200


async def test_a_merge_leaves_cases_one_level(cases: Running) -> None:
    above, other = await open_case(cases), await open_case(cases)
    below, beneath_other = [await open_case(cases, parent_case_id=each["id"]) for each in (above, other)]

    upwards, problem = await merge(cases, below, above)
    aside, refused = await merge(cases, beneath_other, above)

    assert (upwards, problem["code"], problem["duplicate"]) == (409, "beneath_duplicate", above["id"])
    assert (aside, refused["errors"][0]["pointer"], refused["errors"][0]["code"]) == (422, "/duplicates/0", "one_level")
    status, merged = await merge(cases, above, below)
    assert (status, merged["parent_case_id"]) == (200, None)


async def test_a_case_does_not_come_apart_to_a_place_that_is_no_more(cases: Running) -> None:
    above, kept = await open_case(cases), await open_case(cases)
    gone = await open_case(cases, parent_case_id=above["id"])
    await merge(cases, kept, gone)
    await cases.patch(f"/api/v1/cases/{above['id']}", {"parent_case_id": (await open_case(cases))["id"]})

    status, problem = await unmerge(cases, kept, gone)

    assert (status, problem["code"], problem["errors"][0]["code"]) == (409, "not_restorable", "one_level")
    assert (await cases.get(f"/api/v1/cases/{gone['id']}"))[1]["id"] == kept["id"]
