"""Cases over HTTP, with the customers that other services own."""

import asyncio
import re
from typing import Any

import pytest

from libs.contracts.service import CaseStatus
from libs.store.copies import keep_copies
from libs.web.executing import STORE
from services.service.app import SERVICE
from services.service.cases.model import MOVES
from tests.services.service.conftest import Owner
from tests.support.events import envelope
from tests.support.services import COLLEAGUE, Running, running
from tests.support.walking import Machine, walk

ACME = {"collection": "accounts", "id": "acme"}


async def open_case(cases: Running, **fields: Any) -> dict[str, Any]:
    status, case = await cases.post("/api/v1/cases", {"title": "No light", "customer": ACME, **fields})
    assert status == 201, case
    opened: dict[str, Any] = case
    return opened


async def make_case(cases: Running) -> str:
    return str((await open_case(cases))["id"])


async def test_every_open_move_works_and_every_other_is_refused(cases: Running) -> None:
    machine = Machine(
        "cases",
        MOVES,
        CaseStatus.IN_PROGRESS,
        make_case,
        bodies={"resolve": {"resolution": "A new lamp"}},
        standing=lambda case: str(case["status_reason"]),
    )

    assert await walk(cases, machine) == []


async def test_a_case_is_opened_for_a_customer_who_is_named_on_it(cases: Running) -> None:
    case = await open_case(cases, description="Since Monday", origin="phone", type="problem", tags=["lamp"])

    assert case["customer"] == {"collection": "accounts", "id": "acme", "name": "Acme Ltd"}
    assert (case["state"], case["status_reason"], case["priority"]) == ("active", "in_progress", "normal")
    assert re.fullmatch(r"CAS-20\d\d-\d{6}", case["number"])
    assert await cases.get(f"/api/v1/cases/{case['id']}") == (200, case)


async def test_a_customer_whom_nobody_knows_is_422_at_the_customer(cases: Running) -> None:
    status, problem = await cases.post(
        "/api/v1/cases", {"title": "Of nobody", "customer": {"collection": "accounts", "id": "nobody"}}
    )

    assert (status, problem["code"]) == (422, "invalid_fields")
    assert [error["pointer"] for error in problem["errors"]] == ["/customer"]
    assert (await cases.get("/api/v1/cases?$search=nobody"))[1]["value"] == []


async def test_a_case_needs_a_customer_and_a_customer_is_an_account_or_a_contact(cases: Running) -> None:
    missing, problem = await cases.post("/api/v1/cases", {"title": "No light"})
    wrong, other = await cases.post("/api/v1/cases", {"title": "x", "customer": {"collection": "leads", "id": "1"}})

    assert (missing, problem["errors"][0]["pointer"]) == (422, "/customer")
    assert (wrong, other["errors"][0]["code"]) == (422, "wrong_collection")


async def test_customers_known_from_events_are_not_asked_for(cases: Running, owner: Owner) -> None:
    contact = envelope("sales.contact.created", "contacts", {"id": "ann", "full_name": "Ann Example"})
    await keep_copies(cases.app[STORE], [contact])

    case = await open_case(cases, customer={"collection": "contacts", "id": "ann"}, contact_id="ann")

    assert case["customer"]["name"] == "Ann Example"
    assert "ann" not in owner.asked


async def test_a_case_keeps_the_name_its_customer_had(cases: Running) -> None:
    async def called(name: str, *, sequence: int) -> None:
        event = envelope("sales.account.updated", "accounts", {"id": "bolt", "name": name}, sequence=sequence)
        await keep_copies(cases.app[STORE], [event])

    bolt = {"collection": "accounts", "id": "bolt"}
    await called("Bolt Ltd", sequence=1)
    case = await open_case(cases, customer=bolt)
    await called("Bolt SE", sequence=2)

    assert (await cases.get(f"/api/v1/cases/{case['id']}"))[1]["customer"]["name"] == "Bolt Ltd"
    assert (await open_case(cases, customer=bolt))["customer"]["name"] == "Bolt SE"
    _, given_again = await cases.patch(f"/api/v1/cases/{case['id']}", {"customer": bolt})
    assert given_again["customer"]["name"] == "Bolt SE"


async def test_while_the_owner_of_customers_is_down_known_ones_work_and_others_are_503(
    mongo_url: str, amqp_url: str, database_name: str
) -> None:
    async with running(SERVICE, mongo_url=mongo_url, amqp_url=amqp_url, database=database_name) as cases:
        known = envelope("sales.account.created", "accounts", {"id": "acme", "name": "Acme Ltd"})
        await keep_copies(cases.app[STORE], [known])

        opened, _ = await cases.post("/api/v1/cases", {"title": "No light", "customer": ACME})
        status, problem = await cases.post(
            "/api/v1/cases", {"title": "No light", "customer": {"collection": "accounts", "id": "new"}}
        )

    assert opened == 201
    assert (status, problem["code"]) == (503, "unavailable")


async def test_a_case_is_resolved_reopened_and_resolved_again(cases: Running) -> None:
    path = f"/api/v1/cases/{(await open_case(cases))['id']}"

    _, first = await cases.post(f"{path}/resolve", {"resolution": "New lamp", "time_spent_minutes": 20})
    refused, problem = await cases.post(f"{path}/hold")
    _, reopened = await cases.post(f"{path}/reopen")
    _, second = await cases.post(
        f"{path}/resolve",
        {"resolution": "Told them how", "status_reason": "information_provided", "time_spent_minutes": 5},
    )

    assert (first["state"], first["status_reason"], first["resolution"]) == ("resolved", "problem_solved", "New lamp")
    assert first["resolved_by"] == "user-1"
    assert (refused, problem["code"], problem["open_actions"]) == (409, "move_not_allowed", ["reopen"])
    assert (reopened["state"], reopened["resolution"], reopened["time_spent_minutes"]) == ("active", None, 20)
    assert (second["status_reason"], second["time_spent_minutes"]) == ("information_provided", 25)


async def test_a_resolution_is_asked_for(cases: Running) -> None:
    path = f"/api/v1/cases/{(await open_case(cases))['id']}"

    status, problem = await cases.post(f"{path}/resolve", {"time_spent_minutes": -1})

    assert status == 422
    assert {error["pointer"] for error in problem["errors"]} == {"/resolution", "/time_spent_minutes"}


async def test_a_case_is_held_for_details_and_resumed(cases: Running) -> None:
    path = f"/api/v1/cases/{(await open_case(cases))['id']}"

    _, held = await cases.post(f"{path}/hold", {"status_reason": "waiting_for_details"})
    _, resumed = await cases.post(f"{path}/resume")

    assert (held["state"], held["status_reason"]) == ("active", "waiting_for_details")
    assert resumed["status_reason"] == "in_progress"


async def test_a_representative_assigns_a_case(cases: Running) -> None:
    path = f"/api/v1/cases/{(await open_case(cases))['id']}"

    status, assigned = await cases.post(f"{path}/assign", {"owner_id": COLLEAGUE}, roles=["service_representative"])
    forbidden, _ = await cases.post(f"{path}/assign", {"owner_id": COLLEAGUE}, roles=["salesperson"])

    assert (status, assigned["owner_id"], forbidden) == (200, COLLEAGUE, 403)


@pytest.mark.parametrize("field", ["number", "state", "status_reason", "resolved_at", "time_spent_minutes"])
async def test_what_actions_write_cannot_be_patched(cases: Running, field: str) -> None:
    path = f"/api/v1/cases/{(await open_case(cases))['id']}"

    status, problem = await cases.patch(path, {field: "resolved"})

    assert (status, problem["errors"][0]["pointer"]) == (422, f"/{field}")


async def test_cases_have_one_level_of_children(cases: Running) -> None:
    parent = await open_case(cases)
    child = await open_case(cases, parent_case_id=parent["id"])
    other = await open_case(cases)

    under_child, _ = await cases.post("/api/v1/cases", {"title": "x", "customer": ACME, "parent_case_id": child["id"]})
    above_parent, problem = await cases.patch(f"/api/v1/cases/{parent['id']}", {"parent_case_id": other["id"]})

    assert (under_child, above_parent) == (422, 422)
    assert problem["errors"][0]["pointer"] == "/parent_case_id"
    assert (await cases.get(f"/api/v1/cases/{parent['id']}"))[1]["version"] == 2


async def test_a_removed_child_comes_back_unless_its_parent_has_become_a_child(cases: Running) -> None:
    parent, other = [(await open_case(cases))["id"] for _ in range(2)]
    child = f"/api/v1/cases/{(await open_case(cases, parent_case_id=parent))['id']}"
    await cases.delete(child)
    await cases.patch(f"/api/v1/cases/{parent}", {"parent_case_id": other})

    status, problem = await cases.post(f"{child}/restore")
    await cases.patch(f"/api/v1/cases/{parent}", {"parent_case_id": None})
    _, restored = await cases.post(f"{child}/restore")

    assert (status, problem["code"], problem["errors"][0]["pointer"]) == (409, "not_restorable", "/parent_case_id")
    assert (restored["parent_case_id"], restored["version"]) == (parent, 3)


async def test_two_cases_put_under_one_another_at_once_make_one_level(cases: Running) -> None:
    one, two, three = [(await open_case(cases))["id"] for _ in range(3)]

    answers = await asyncio.gather(
        cases.patch(f"/api/v1/cases/{one}", {"parent_case_id": two}),
        cases.patch(f"/api/v1/cases/{two}", {"parent_case_id": three}),
    )

    assert sorted(status for status, _ in answers) == [200, 422]


async def test_cases_opened_at_once_have_numbers_of_their_own(cases: Running) -> None:
    opened = await asyncio.gather(*(open_case(cases) for _ in range(20)))
    _, bulk = await cases.post("/api/v1/cases/bulk", {"records": [{"title": "x", "customer": ACME}] * 20})

    numbers = [case["number"] for case in opened] + [each["record"]["number"] for each in bulk["results"]]
    counts = sorted(int(number[-6:]) for number in numbers)
    assert counts == list(range(counts[0], counts[0] + 40))


async def test_cases_are_found_by_customer_and_by_number(cases: Running, owner: Owner) -> None:
    owner.accounts["found"] = {"id": "found", "name": "Found Ltd"}
    case = await open_case(cases, customer={"collection": "accounts", "id": "found"})

    _, by_customer = await cases.get("/api/v1/cases?$filter=customer/id eq 'found'")
    _, by_number = await cases.get(f"/api/v1/cases?$search={case['number']}")

    assert [each["id"] for each in by_customer["value"]] == [case["id"]]
    assert [each["id"] for each in by_number["value"]] == [case["id"]]
    assert "IXSCAN" in str(await cases.app[STORE].explain("cases", {"customer.id": "found"}, []))
