"""A person's data are handed out, and erased, in every service."""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from aiohttp import ClientSession

from deploy.local.stack import Stack
from libs.contracts.envelope import Envelope
from libs.store.ids import new_id
from tests.flows.people import Organisation
from tests.flows.persons import archive, counts, done, found_in_databases, found_in_logs, leave_traces, requested
from tests.support.calling import Caller
from tests.support.publishing import publish
from tests.support.waiting import eventually


def ids_in(exported: ZipFile, path: str) -> set[str]:
    return {each["id"] for each in json.loads(exported.read(path))}


async def test_the_export_of_a_person_holds_what_every_service_has(
    suite: Stack, session: ClientSession, admin: Caller
) -> None:
    traces = await leave_traces(admin)

    previewed = await requested(admin, "export", email=traces.person["email"])
    exported = await archive(session, admin, suite.url("gateway"), await done(admin, previewed))

    assert (
        counts(previewed).items()
        >= {
            "sales/leads": 1,
            "sales/opportunities": 1,
            "sales/contacts": 1,
            "service/cases": 1,
            "activity/activities": 2,
            "activity/notes": 1,
            "marketing/list_members": 1,
        }.items()
    )
    assert exported.testzip() is None
    assert ids_in(exported, "sales/leads.json") == {traces.lead["id"]}
    assert ids_in(exported, "sales/opportunities.json") == {traces.opportunity["id"]}
    assert ids_in(exported, "sales/contacts.json") == {traces.contact_id}
    assert ids_in(exported, "service/cases.json") == {traces.case["id"]}
    assert traces.call["id"] in ids_in(exported, "activity/activities.json")
    assert ids_in(exported, "activity/notes.json") == {traces.note["id"]}
    with ZipFile(BytesIO(exported.read("activity/note_files.zip"))) as files:
        assert files.read(f"{traces.note['id']}/1 tea.txt") == b"no name in it"
    told = {each["type"] for each in json.loads(exported.read("journal/events.json"))}
    assert told >= {
        "sales.lead.created",
        "sales.opportunity.won",
        "service.case.created",
        "activity.phone_call.created",
    }
    assert len(json.loads(exported.read("activity/timeline.json"))) >= 5
    index = exported.read("index.html").decode()
    assert all(f'href="{name}"' in index for name in exported.namelist() if name != "index.html")


async def test_an_export_by_the_id_of_a_record_finds_the_same_person(admin: Caller) -> None:
    traces = await leave_traces(admin)

    by_record = await requested(admin, "export", record={"collection": "contacts", "id": traces.contact_id})
    by_phone = await requested(admin, "export", phone=traces.person["phone"].replace(" ", ""))

    assert set(by_record["person"]["records"]) == set(by_phone["person"]["records"])
    assert f"leads/{traces.lead['id']}" in by_record["person"]["records"]


async def test_nothing_is_handed_out_before_somebody_has_started_it(admin: Caller) -> None:
    traces = await leave_traces(admin)
    previewed = await requested(admin, "export", email=traces.person["email"])

    refused = await admin.ask("GET", f"privacy_requests/{previewed['id']}/archive")

    assert (refused.status, refused.code) == (409, "not_downloadable")


async def test_who_has_no_right_to_it_learns_nothing(admin: Caller, organisation: Organisation) -> None:
    salesperson = await organisation.signed_in("salesperson")

    refused = await salesperson.ask("POST", "privacy_requests", {"kind": "export", "email": "a@example.org"})
    listed = await salesperson.ask("GET", "privacy_requests")

    assert (refused.status, listed.status) == (403, 403)


async def test_a_request_names_somebody(admin: Caller) -> None:
    refused = await admin.ask("POST", "privacy_requests", {"kind": "export"})

    assert (refused.status, refused.body["errors"][0]["pointer"]) == (422, "/record")


async def test_nothing_anywhere_tells_of_a_person_who_was_erased(suite: Stack, admin: Caller) -> None:
    traces = await leave_traces(admin)
    await done(admin, await requested(admin, "export", email=traces.person["email"]))
    bystander = await leave_traces(admin)
    assert found_in_databases(suite, traces.secrets) != []

    request = await done(admin, await requested(admin, "erasure", email=traces.person["email"]))

    assert await left_behind(suite, traces.secrets) == []
    assert found_in_logs(suite, traces.secrets) == []
    assert (request["email"], request["person"]["emails"], request["person"]["names"]) == (None, [], [])
    assert await unfindable(admin, traces.person["last_name"])
    assert await findable(admin, bystander.person["last_name"])


async def test_what_the_books_need_stays_without_the_person(admin: Caller) -> None:
    traces = await leave_traces(admin)

    await done(admin, await requested(admin, "erasure", record={"collection": "leads", "id": traces.lead["id"]}))

    lead = await admin.get(f"leads/{traces.lead['id']}")
    opportunity = await admin.get(f"opportunities/{traces.opportunity['id']}")
    contact = await admin.get(f"contacts/{traces.contact_id}")
    case = await admin.get(f"cases/{traces.case['id']}")
    note = await admin.get(f"notes/{traces.note['id']}")
    assert {lead[name] for name in ("first_name", "last_name", "email", "phone", "birth_date", "person_key")} == {None}
    assert (contact["full_name"], contact["email"], contact["person_keys"]) == (None, None, [])
    assert (opportunity["state"], opportunity["actual_value"], opportunity["prospect"]) == ("won", 1000, None)
    assert opportunity["customer"] == {"collection": "contacts", "id": traces.contact_id}
    assert case["title"] == "Invoice of …"
    assert (note["text"], note["attachments"]) == ("… likes tea", [])

    async def told() -> dict[str, Any] | None:
        newest: dict[str, Any] = (await admin.get(f"leads/{traces.lead['id']}/history"))["value"][0]
        return newest if newest["type"] == "sales.lead.erased" else None

    assert (await eventually(told))["changed"] is None


async def test_what_was_invoiced_stays_as_it_was_and_the_request_says_until_when(
    suite: Stack, session: ClientSession, admin: Caller
) -> None:
    traces = await leave_traces(admin)
    await admin.post("company_profiles", {"name": "Dawn Interiors"})
    customer = {"collection": "contacts", "id": traces.contact_id}
    line = {"description": "Advice", "quantity": 1, "unit_price": 50}
    body = {"name": "Advice", "customer": customer, "billing_address": {"line1": "Rua do Sol 12"}, "lines": [line]}
    draft, invoice = [await admin.post("invoices", body) for _ in range(2)]
    issued = await admin.post(f"invoices/{invoice['id']}/issue")

    export = await done(admin, await requested(admin, "export", email=traces.person["email"]))
    handed_out = await archive(session, admin, suite.url("gateway"), export)
    request = await done(admin, await requested(admin, "erasure", email=traces.person["email"]))

    [letter] = json.loads(handed_out.read("sales/issued_letters.json"))
    assert (letter["number"], letter["recipient"][-1]) == (issued["number"], "Rua do Sol 12")
    assert await admin.get(f"invoices/{invoice['id']}") == issued
    assert (await admin.get(f"invoices/{draft['id']}"))["billing_address"] is None
    [answer] = [each for each in request["answers"] if each["service"] == "sales"]
    until = f"{int(issued['issued_at'][:4]) + 10}-12-31"
    told = {each["collection"]: each for each in answer["found"] if each["retained"]}
    assert told == {
        "invoices": {"collection": "invoices", "count": 1, "retained": 1, "retained_until": until},
        "issued_letters": {"collection": "issued_letters", "count": 0, "retained": 1, "retained_until": until},
    }


async def test_an_event_that_comes_late_brings_nobody_back(suite: Stack, admin: Caller) -> None:
    traces = await leave_traces(admin)
    told = (await admin.get("events", subject=f"contacts/{traces.contact_id}"))["value"][-1]
    told_in = {name: value for name, value in told.items() if name != "position"}
    late = replace(Envelope.from_attributes(told_in), id=new_id(), sequence=99)
    await done(admin, await requested(admin, "erasure", email=traces.person["email"]))

    await publish(suite.nodes.broker.url(), Envelope.from_attributes(told_in))
    await publish(suite.nodes.broker.url(), late)

    async def arrived() -> bool:
        known = await admin.get("events", subject=f"contacts/{traces.contact_id}")
        return any(each["id"] == late.id for each in known["value"])

    assert await eventually(arrived)
    assert await left_behind(suite, traces.secrets) == []


async def test_who_comes_back_later_is_somebody_new(admin: Caller) -> None:
    traces = await leave_traces(admin)
    request = await done(admin, await requested(admin, "erasure", email=traces.person["email"]))

    again = await admin.post("leads", {**traces.person, "topic": "Asked again"})

    assert again["email"] == traces.person["email"]
    assert f"leads/{again['id']}" not in request["person"]["records"]


async def test_a_removed_record_of_the_erased_is_not_restored(admin: Caller) -> None:
    traces = await leave_traces(admin)
    await admin.ask("DELETE", f"contacts/{traces.contact_id}")

    await done(admin, await requested(admin, "erasure", email=traces.person["email"]))

    refused = await admin.ask("POST", f"contacts/{traces.contact_id}/restore")
    assert (refused.status, refused.code) == (409, "erased")


async def left_behind(suite: Stack, secrets: Iterable[str]) -> list[str]:
    """Where a person is found, once what is under way has arrived."""

    async def look() -> bool:
        return not found_in_databases(suite, secrets)

    with suppress(TimeoutError):
        await eventually(look, every=0.5)
    return sorted(set(found_in_databases(suite, secrets)))


async def unfindable(caller: Caller, name: str) -> bool:
    async def look() -> bool:
        return not (await caller.get("search", q=name))["value"]

    return await eventually(look)


async def findable(caller: Caller, name: str) -> bool:
    async def look() -> bool:
        return bool((await caller.get("search", q=name))["value"])

    return await eventually(look)
