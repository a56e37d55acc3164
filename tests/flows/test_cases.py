"""A customer of the sales department is served by the service department."""

from tests.flows.people import somebody_at_a_company
from tests.flows.stories import Record, buyer
from tests.support.calling import Caller


async def open_case(admin: Caller) -> Record:
    customer = await buyer(admin, somebody_at_a_company())
    case: Record = await admin.post("cases", {"title": "The engine stalls", "customer": pointing_to(customer)})
    return case


def pointing_to(customer: Record) -> Record:
    return {"collection": customer["collection"], "id": customer["id"]}


async def test_a_case_carries_its_customer_by_name(admin: Caller) -> None:
    customer = await buyer(admin, somebody_at_a_company())

    case = await admin.post("cases", {"title": "The engine stalls", "customer": pointing_to(customer)})

    assert case["customer"] == customer
    assert (case["state"], case["status_reason"]) == ("active", "in_progress")


async def test_a_resolved_case_tells_what_the_customer_was_told(admin: Caller) -> None:
    case = await open_case(admin)

    resolved = await admin.post(f"cases/{case['id']}/resolve", {"resolution": "Oiled it", "time_spent_minutes": 20})

    assert (resolved["state"], resolved["resolution"], resolved["time_spent_minutes"]) == ("resolved", "Oiled it", 20)


async def test_a_resolved_case_can_only_be_reopened(admin: Caller) -> None:
    case = await open_case(admin)
    await admin.post(f"cases/{case['id']}/resolve", {"resolution": "Oiled it"})

    refused = await admin.ask("POST", f"cases/{case['id']}/resolve", {"resolution": "Oiled it again"})

    assert (refused.status, refused.code, refused.body["open_actions"]) == (409, "move_not_allowed", ["reopen"])


async def test_a_case_of_nobody_known_is_refused_with_the_pointer(admin: Caller) -> None:
    nobody = {"collection": "accounts", "id": "0192f000-0000-7000-8000-000000000000"}

    refused = await admin.ask("POST", "cases", {"title": "Help", "customer": nobody})

    assert (refused.status, refused.body["errors"][0]["pointer"]) == (422, "/customer")


async def test_cases_are_found_by_their_customer(admin: Caller) -> None:
    case = await open_case(admin)

    found = await admin.find("cases", f"customer/id eq '{case['customer']['id']}'")

    assert [each["id"] for each in found] == [case["id"]]
