"""Timelines as clients read them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from libs.contracts.envelope import Envelope
from libs.store.ids import new_id
from libs.web.executing import STORE
from services.activity.relations.store import MOST, keep_relations
from services.activity.timeline.consumers import keep_timeline
from services.activity.timeline.store import keep_entries
from tests.support.events import envelope
from tests.support.services import Running
from tests.support.waiting import eventually

LEAD_STORY = ["sales.lead.qualified", "sales.lead.created", "activity.campaign_response.created"]


async def respond(activity: Running, **fields: Any) -> tuple[dict[str, Any], str]:
    """A campaign response, and the id of the event that announced it."""
    body = {"type": "campaign_response", "campaign_id": "spring", "response": "interested", **fields}
    _, response = await activity.post("/api/v1/activities", body)

    async def announced() -> list[dict[str, Any]]:
        value: list[dict[str, Any]] = (await activity.get(f"/api/v1/timeline/activities/{response['id']}"))[1]["value"]
        return value

    return response, (await eventually(announced))[0]["id"]


def lead_event(verb: str, lead_id: str, *, cause: str | None = None, **data: Any) -> Envelope:
    lead = {"id": lead_id, "full_name": "Ada Lovelace", "source_campaign_id": "spring"}
    return replace(envelope(f"sales.lead.{verb}", "leads", lead, **data), causationid=cause)


async def test_a_lead_shows_the_response_that_made_it_its_creation_and_its_qualification(activity: Running) -> None:
    lead_id = new_id()
    response, announcement = await respond(activity, occurred_at="2026-05-04T09:30:00Z", channel="phone_call")
    changed = {"state": {"before": "open", "after": "qualified"}}
    created = lead_event("created", lead_id, cause=announcement)
    qualified = lead_event("qualified", lead_id, opportunity_id="o1", changed=changed)
    await keep_entries(activity.app[STORE], [replace(qualified, time=created.time + timedelta(days=1)), created])

    status, timeline = await activity.get(f"/api/v1/timeline/leads/{lead_id}")

    assert (status, [entry["type"] for entry in timeline["value"]]) == (200, LEAD_STORY)
    last, _, first = timeline["value"]
    assert (last["title"], last["changed"], last["activity"]) == ("Lead qualified", changed, None)
    assert last["subject"] == {"collection": "leads", "id": lead_id, "name": "Ada Lovelace"}
    assert first["at"] == "2026-05-04T09:30:00Z"
    assert first["subject"]["id"] == response["id"]
    assert (first["activity"]["response"], first["activity"]["channel"]) == ("interested", "phone_call")
    assert (first["actor_id"], first["via"]) == ("user-1", "ui")


async def test_a_campaign_shows_its_responses_a_page_at_a_time(activity: Running) -> None:
    campaign = new_id()
    events = [
        envelope("activity.campaign_response.created", "activities", {"subject": str(number), "campaign_id": campaign})
        for number in range(5)
    ]
    await keep_entries(activity.app[STORE], events)

    path: str | None = f"/api/v1/timeline/campaigns/{campaign}?$top=2"
    pages: list[list[str]] = []
    while path is not None:
        _, page = await activity.get(path)
        pages.append([entry["subject"]["name"] for entry in page["value"]])
        path = page.get("@odata.nextLink")

    assert pages == [["4", "3"], ["2", "1"], ["0"]]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("$top=0", "$top"),
        ("top=x", "$top"),
        ("$top=1001", "$top"),
        ("$skip=1", "$skip"),
        ("after=nobody", "after"),
        ("kind=note,calls", "kind"),
        ("kind=", "kind"),
        ("related=no", "related"),
    ],
)
async def test_an_option_that_is_wrong_is_named(activity: Running, query: str, pointer: str) -> None:
    status, problem = await activity.get(f"/api/v1/timeline/leads/{new_id()}?{query}")

    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)


async def test_a_record_that_nothing_happened_to_has_an_empty_timeline(activity: Running) -> None:
    assert await activity.get(f"/api/v1/timeline/leads/{new_id()}") == (200, {"value": []})


async def test_what_is_only_told_once_more_has_not_happened(activity: Running) -> None:
    lead_id = new_id()
    await keep_timeline.handle(activity.app[STORE], [lead_event("restated", lead_id)])

    assert await activity.get(f"/api/v1/timeline/leads/{lead_id}") == (200, {"value": []})


async def test_a_timeline_is_for_those_who_may_read_the_record(activity: Running) -> None:
    allowed, _ = await activity.get(f"/api/v1/timeline/leads/{new_id()}", roles=["read_only"])
    refused, problem = await activity.get("/api/v1/timeline/secrets/1", roles=["read_only"])

    assert (allowed, refused, problem["code"]) == (200, 403, "forbidden")


async def test_entries_of_records_that_the_caller_may_not_read_are_left_out(activity: Running) -> None:
    lead_id = new_id()
    secret = envelope("service.contract.created", "contracts", {"title": "Secret", "lead_id": lead_id})
    await keep_entries(activity.app[STORE], [secret, lead_event("created", lead_id)])

    _, seen = await activity.get(f"/api/v1/timeline/leads/{lead_id}", roles=["salesperson"])
    _, all_of_it = await activity.get(f"/api/v1/timeline/leads/{lead_id}")

    assert [entry["type"] for entry in seen["value"]] == ["sales.lead.created"]
    assert len(all_of_it["value"]) == 2


def call_about(collection: str, id: str) -> Envelope:
    record = {"subject": "Call", "regarding": {"collection": collection, "id": id}}
    return envelope("activity.phone_call.created", "activities", record)


async def acme(activity: Running) -> tuple[str, list[Envelope]]:
    """An account and what happened: it got a contact, who got a case; calls were about both; it got a name."""
    account, contact, case = new_id(), new_id(), new_id()
    events = [
        envelope("sales.contact.created", "contacts", {"id": contact, "full_name": "Ada", "account_id": account}),
        envelope("service.case.created", "cases", {"id": case, "customer": {"collection": "contacts", "id": contact}}),
        call_about("contacts", contact),
        call_about("cases", case),
        envelope("sales.account.updated", "accounts", {"id": account, "name": "Acme"}),
    ]
    await keep_timeline.handle(activity.app[STORE], events)
    return account, events


async def test_an_account_shows_what_happened_to_its_contacts_and_to_what_is_theirs(activity: Running) -> None:
    account, events = await acme(activity)

    _, everything = await activity.get(f"/api/v1/timeline/accounts/{account}")
    _, own = await activity.get(f"/api/v1/timeline/accounts/{account}?related=false")

    assert [entry["id"] for entry in everything["value"]] == [event.id for event in events[::-1]]
    subjects = [entry["subject"] for entry in everything["value"]]
    assert [f"{each['collection']}/{each['id']}" for each in subjects] == [event.subject for event in events[::-1]]
    assert [entry["id"] for entry in own["value"]] == [events[4].id, events[0].id]


async def test_the_next_page_is_of_the_same_kinds_and_records(activity: Running) -> None:
    account, events = await acme(activity)

    path = f"/api/v1/timeline/accounts/{account}?kind=activity,creation&related=false&top=1"
    _, first = await activity.get(path)
    _, every = await activity.get(path.replace("&related=false", "").replace("top=1", "top=3"))
    _, rest = await activity.get(every["@odata.nextLink"])

    assert ([entry["id"] for entry in first["value"]], "@odata.nextLink" in first) == ([events[0].id], False)
    assert [entry["kind"] for entry in every["value"]] == ["phone_call", "phone_call", "creation"]
    assert [entry["id"] for entry in rest["value"]] == [events[0].id]


async def test_a_call_about_a_contact_is_shown_however_late_its_account_is_told(activity: Running) -> None:
    account, contact = new_id(), new_id()
    called = call_about("contacts", contact)
    await keep_timeline.handle(activity.app[STORE], [called])
    told = envelope("sales.contact.restated", "contacts", {"id": contact, "account_id": account})
    await keep_timeline.handle(activity.app[STORE], [told])

    _, found = await activity.get(f"/api/v1/timeline/accounts/{account}")

    assert [entry["id"] for entry in found["value"]] == [called.id]


async def test_what_happened_to_related_records_is_for_those_who_may_read_them(activity: Running) -> None:
    account, events = await acme(activity)
    permissions = {name: {"read": "all"} for name in ("timeline", "accounts", "activities")}
    role = {"id": "caller", "permissions": permissions}
    await activity.know("roles", role)

    _, found = await activity.get(f"/api/v1/timeline/accounts/{account}", roles=["caller"])

    assert [entry["id"] for entry in found["value"]] == [events[4].id, events[3].id, events[2].id]


async def test_it_is_said_where_not_all_related_records_are_looked_at(activity: Running) -> None:
    account = new_id()
    contacts = [envelope("sales.contact.created", "contacts", {"account_id": account}) for _ in range(MOST)]
    await keep_relations(activity.app[STORE], contacts)

    headers = {"Authorization": f"Bearer {activity.identities.token('administrator')}"}
    async with activity.session.get(f"{activity.url}/api/v1/timeline/accounts/{account}", headers=headers) as response:
        assert (response.status, response.headers.get("X-Related-Left-Out")) == (200, "true")
