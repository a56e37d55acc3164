"""Activities as clients meet them."""

from typing import Any

import pytest

from libs.contracts import activity as contracts
from libs.contracts import campaign_responses, interactions
from services.activity.activities.model.kinds import AnyActivity
from services.activity.activities.model.parties import MOST_PARTIES
from tests.services.activity.converting import hear, lead_of, refusal_of
from tests.support.services import COLLEAGUE, Running
from tests.support.waiting import eventually

PATH = "/api/v1/activities"
CALL: dict[str, Any] = {"type": "phone_call", "subject": "Renewal"}
TASK: dict[str, Any] = {"type": "task", "subject": "Send the offer"}
OTHERS: tuple[dict[str, Any], ...] = (
    {"type": "letter", "subject": "The offer", "address": {"city": "Porto", "country": "PT"}},
    {"type": "fax", "subject": "The order", "fax_number": "+351 21 000 0002"},
    {"type": "campaign_activity", "subject": "Stand at the fair", "campaign_id": "spring", "channel": "event"},
    {"type": "service_activity", "subject": "Repair", "place": "Rua Nova 1"},
)
RESPONSE: dict[str, Any] = {"type": "campaign_response", "campaign_id": "spring", "response": "interested"}


async def test_a_call_that_took_place_is_posted_as_completed(activity: Running) -> None:
    held = {"state": "completed", "occurred_at": "2026-05-04T09:30:00Z", "duration_seconds": 261}

    status, call = await activity.post(PATH, {**CALL, **held, "direction": "incoming"})

    assert (status, call["state"], call["status_reason"]) == (201, "completed", "received")
    assert (call["occurred_at"], call["duration_seconds"]) == ("2026-05-04T09:30:00Z", 261)
    assert await activity.get(f"{PATH}/{call['id']}") == (200, call)


async def test_each_type_shows_its_own_fields_only(activity: Running) -> None:
    _, call = await activity.post(PATH, CALL)
    _, task = await activity.post(PATH, TASK)
    _, listed = await activity.get(f"{PATH}?$filter=id in ('{call['id']}','{task['id']}')&$orderby=created_at")

    assert "direction" in call
    assert "percent_complete" not in call
    assert "percent_complete" in task
    assert listed["value"] == [call, task]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"subject": "x"}, {"/type"}),
        ({"type": "pigeon", "subject": "x"}, {"/type"}),
        ({"type": 7, "subject": "x"}, {"/type"}),
        ({**CALL, "percent_complete": 10}, {"/percent_complete"}),
        ({**TASK, "direction": "incoming", "percent_complete": 101}, {"/direction", "/percent_complete"}),
        ({**RESPONSE, "response": "perhaps", "duration_seconds": -1}, {"/response", "/duration_seconds"}),
        ({"type": "campaign_response"}, {"/campaign_id"}),
        ({**CALL, "start": "2026-05-04T10:00:00Z", "end": "2026-05-04T09:00:00Z"}, {"/end"}),
        ({**CALL, "occurred_at": "2026-05-04T10:00:00Z"}, {"/occurred_at"}),
        ({**CALL, "state": "scheduled"}, {"/start"}),
        ({**CALL, "status_reason": "received"}, {"/status_reason"}),
        ({**CALL, "version": 3, "owner_id": "me"}, {"/version", "/owner_id"}),
    ],
)
async def test_what_does_not_fit_the_type_is_named(activity: Running, body: Any, pointers: set[str]) -> None:
    _, before = await activity.get(f"{PATH}?$top=0&$count=true")
    status, problem = await activity.post(PATH, body)
    _, bulk = await activity.post(f"{PATH}/bulk", {"records": [body]})

    assert (status, {error["pointer"] for error in problem["errors"]}) == (422, pointers)
    assert bulk["results"] == [{"status": 422, "problem": problem}]
    assert (await activity.get(f"{PATH}?$top=0&$count=true"))[1] == before


@pytest.mark.parametrize("field", ["type", "state", "occurred_at", "percent_complete", "campaign_id"])
async def test_a_patch_reaches_the_fields_of_the_type_that_may_change(activity: Running, field: str) -> None:
    _, call = await activity.post(PATH, CALL)

    status, problem = await activity.patch(f"{PATH}/{call['id']}", {field: "x"})
    _, patched = await activity.patch(f"{PATH}/{call['id']}", {"outcome": "call back", "priority": "high"})

    assert (status, problem["errors"][0]["pointer"]) == (422, f"/{field}")
    assert (patched["outcome"], patched["priority"], patched["version"]) == ("call back", "high", 2)


async def test_references_must_lead_somewhere_and_are_named(activity: Running) -> None:
    about = {"regarding": {"collection": "leads", "id": "ada"}, "customer": {"collection": "contacts", "id": "bob"}}

    status, response = await activity.post(PATH, {**RESPONSE, **about})
    lost = {"campaign_id": "autumn", "regarding": {"collection": "leads", "id": "nobody"}}
    refused, problem = await activity.post(PATH, {**RESPONSE, **lost})

    assert (status, response["regarding"]["name"], response["customer"]["name"]) == (201, "Ada Lovelace", "Bob Noyce")
    assert (refused, {error["pointer"] for error in problem["errors"]}) == (422, {"/campaign_id", "/regarding"})


async def test_a_patched_reference_is_checked_and_named(activity: Running) -> None:
    _, call = await activity.post(PATH, CALL)
    path = f"{PATH}/{call['id']}"

    _, patched = await activity.patch(path, {"regarding": {"collection": "leads", "id": "ada"}})
    refused, _ = await activity.patch(path, {"regarding": {"collection": "leads", "id": "nobody"}})

    assert (patched["regarding"]["name"], refused) == ("Ada Lovelace", 422)


async def test_whoever_takes_part_is_checked_named_and_found(activity: Running) -> None:
    bob, stranger = {"collection": "contacts", "id": "bob"}, {"email": "Eve@Example.org", "name": "Eve"}
    parties = [{"role": "customer", **bob}, {"role": "required", "response": "declined", **stranger}]
    lost = {"role": "to", "collection": "contacts", "id": "nobody"}

    status, task = await activity.post(PATH, {**TASK, "parties": parties})
    refused, problem = await activity.post(PATH, {**TASK, "parties": [*parties, lost]})
    patched, again = await activity.patch(f"{PATH}/{task['id']}", {"parties": [*task["parties"], lost]})

    assert (status, [party["name"] for party in task["parties"]]) == (201, ["Bob Noyce", "Eve"])
    assert (refused, patched) == (422, 422)
    assert [each["pointer"] for each in (*problem["errors"], *again["errors"])] == ["/parties/2", "/parties/2"]

    async def found(condition: str) -> list[str]:
        mine = f"id eq '{task['id']}' and parties/any(p: {condition})"
        _, page = await activity.get(f"{PATH}?$filter={mine}")
        return [each["id"] for each in page["value"]]

    assert await found("p/id eq 'bob' and p/collection eq 'contacts' and p/role eq 'customer'") == [task["id"]]
    assert await found("p/email eq 'EVE@example.org' and p/response eq 'declined'") == [task["id"]]
    assert await found("p/id eq 'bob' and p/response eq 'declined'") == []


async def test_more_parties_than_an_event_can_tell_of_are_refused(activity: Running) -> None:
    crowd = [{"role": "to", "email": f"{number}@example.org"} for number in range(MOST_PARTIES + 1)]

    status, problem = await activity.post(PATH, {**TASK, "parties": crowd})
    allowed, _ = await activity.post(PATH, {**TASK, "parties": crowd[1:]})

    assert (status, problem["errors"][0]["pointer"], allowed) == (422, "/parties", 201)


async def test_the_timeline_of_each_party_tells_of_the_activity(activity: Running) -> None:
    parties = [{"role": role, "collection": "contacts", "id": id_} for role, id_ in (("to", "bob"), ("cc", "grace"))]
    _, task = await activity.post(PATH, {**TASK, "parties": parties})

    async def told(contact: str) -> bool | None:
        _, timeline = await activity.get(f"/api/v1/timeline/contacts/{contact}")
        return task["id"] in [entry["subject"]["id"] for entry in timeline["value"]] or None

    assert await eventually(lambda: told("bob"))
    assert await eventually(lambda: told("grace"))


async def test_a_customer_of_another_collection_is_refused(activity: Running) -> None:
    status, problem = await activity.post(PATH, {**RESPONSE, "customer": {"collection": "campaigns", "id": "spring"}})

    assert (status, problem["errors"][0]["code"]) == (422, "wrong_collection")


async def test_a_customer_may_be_a_person_that_nobody_knows_yet(activity: Running) -> None:
    _, response = await activity.post(PATH, {**RESPONSE, "customer": {"name": "Eve", "email": "Eve@Example.org"}})

    assert (response["state"], response["customer"]["email"]) == ("completed", "eve@example.org")
    assert response["occurred_at"] == response["created_at"]


async def test_the_life_of_a_task(activity: Running) -> None:
    _, task = await activity.post(PATH, TASK)
    path = f"{PATH}/{task['id']}"

    _, scheduled = await activity.post(f"{path}/schedule", {"start": "2026-12-01T08:00:00Z"})
    _, completed = await activity.post(f"{path}/complete", {"duration_seconds": 60})
    refused, problem = await activity.post(f"{path}/cancel", {})
    _, reopened = await activity.post(f"{path}/reopen", {"reason": "waiting"})
    _, canceled = await activity.post(f"{path}/cancel", {})

    assert (task["state"], task["status_reason"], scheduled["state"]) == ("open", "not_started", "scheduled")
    assert (completed["state"], completed["percent_complete"]) == ("completed", 100)
    assert (refused, problem["open_actions"]) == (409, ["reopen"])
    assert (reopened["state"], reopened["status_reason"], reopened["occurred_at"]) == ("open", "waiting", None)
    assert canceled["state"] == "canceled"


async def test_an_unknown_reason_is_refused_with_those_there_are(activity: Running) -> None:
    _, call = await activity.post(PATH, CALL)

    status, problem = await activity.post(f"{PATH}/{call['id']}/complete", {"reason": "bored"})

    assert (status, problem["errors"][0]["pointer"]) == (422, "/reason")
    assert "made, received" in problem["detail"]


async def test_lists_filter_by_fields_of_all_types(activity: Running) -> None:
    regarding = {"collection": "leads", "id": "ada"}
    answer = {**RESPONSE, "regarding": regarding, "customer": {"collection": "contacts", "id": "bob"}}
    records = [{**CALL, "regarding": regarding, "outcome": "busy"}, TASK, answer]
    tagged = [{**record, "tags": ["filtered"]} for record in records]
    await activity.post(f"{PATH}/bulk", {"records": tagged})

    async def found(condition: str) -> list[str]:
        _, page = await activity.get(f"{PATH}?$filter=tags/any(tag: tag eq 'filtered') and {condition}")
        return [each["type"] for each in page["value"]]

    assert await found("regarding/id eq 'ada'") == ["phone_call", "campaign_response"]
    assert await found("type eq 'task' and state eq 'open'") == ["task"]
    assert await found("campaign_id eq 'spring' and response eq 'interested'") == ["campaign_response"]
    assert await found("customer/id eq 'bob'") == ["campaign_response"]
    assert await found("outcome eq 'busy'") == ["phone_call"]


async def test_events_are_named_after_the_type(activity: Running) -> None:
    for body in (CALL, TASK, RESPONSE, *OTHERS):
        _, created = await activity.post(PATH, {**body, "state": "open"})
        path = f"{PATH}/{created['id']}"
        await activity.patch(path, {"subject": "Another"})
        await activity.post(f"{path}/schedule", {"start": "2026-12-01T08:00:00Z", "end": "2026-12-01T09:00:00Z"})
        await activity.post(f"{path}/complete", {"outcome": "Done"})
        await activity.post(f"{path}/reopen", {})
        if body["type"] == "campaign_response":
            await activity.post(f"{path}/convert", {"to": "lead"})
            for answer in (refusal_of, lead_of):
                await hear(activity, answer(created["id"]))
        await activity.post(f"{path}/cancel", {})
        await activity.post(f"{path}/assign", {"owner_id": COLLEAGUE})
        await activity.delete(path)
        await activity.post(f"{path}/restore")

        published = (*contracts.EVENTS, *campaign_responses.EVENTS, *interactions.EVENTS)
        declared = [event.type for event in published if f".{body['type']}." in event.type]

        async def announced(
            path: str = f"/api/v1/timeline/activities/{created['id']}?kind=activity", most: int = len(declared)
        ) -> list[str] | None:
            types = [entry["type"] for entry in (await activity.get(path))[1]["value"]]
            return types if len(types) == most else None

        types = await eventually(announced)
        assert types is not None
        assert sorted(types) == sorted(declared)


async def test_the_description_tells_the_types_apart(activity: Running) -> None:
    _, described = await activity.get("/openapi.json")

    body = described["components"]["schemas"]["CreateAnyActivity"]
    assert set(body["discriminator"]["mapping"]) == set(AnyActivity.kinds)
