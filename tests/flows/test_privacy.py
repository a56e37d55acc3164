"""A person's data are handed out, from every service."""

import json

from aiohttp import ClientSession

from deploy.local.stack import Stack
from tests.flows.people import Organisation
from tests.flows.persons import archive, counts, done, leave_traces, requested
from tests.support.calling import Caller


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
            "marketing/list_members": 1,
        }.items()
    )
    assert exported.testzip() is None

    def ids(path: str) -> set[str]:
        return {each["id"] for each in json.loads(exported.read(path))}

    assert ids("sales/leads.json") == {traces.lead["id"]}
    assert ids("sales/opportunities.json") == {traces.opportunity["id"]}
    assert ids("sales/contacts.json") == {traces.contact_id}
    assert ids("service/cases.json") == {traces.case["id"]}
    assert traces.call["id"] in ids("activity/activities.json")
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
