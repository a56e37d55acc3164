"""Responses that are to become records of sales, and what they say once they have."""

from typing import Any

import pytest

from tests.services.activity.converting import LEAD, hear, lead_of, opportunity_of, refusal_of
from tests.support.services import Running

PATH = "/api/v1/activities"
RESPONSE: dict[str, Any] = {"type": "campaign_response", "campaign_id": "spring", "response": "interested"}
ANN = {"first_name": "Ann", "last_name": "Lee", "email": "ann@example.org"}


async def responded(activity: Running, **fields: Any) -> str:
    status, made = await activity.post(PATH, {**RESPONSE, "customer": ANN, **fields})
    assert status == 201, made
    return str(made["id"])


async def convert(activity: Running, response_id: str, to: str, **options: Any) -> tuple[int, Any]:
    body = {"to": to, **options.pop("body", {})}
    return await activity.post(f"{PATH}/{response_id}/convert", body, **options)


async def test_a_response_says_what_it_has_become(activity: Running) -> None:
    response = await responded(activity)

    status, asked = await convert(activity, response, "lead")
    event = lead_of(response)
    await hear(activity, event)
    await hear(activity, event)

    _, converted = await activity.get(f"{PATH}/{response}")
    assert (status, asked["conversion"], asked["converted_to"]) == (200, "lead", None)
    assert converted["converted_to"] == {"collection": "leads", "id": "lead-1", "name": "Ann Lee"}
    assert converted["version"] == asked["version"] + 1


async def test_it_becomes_one_record(activity: Running) -> None:
    response = await responded(activity)
    await convert(activity, response, "lead")
    await hear(activity, lead_of(response))

    await hear(activity, lead_of(response, {**LEAD, "id": "lead-2"}))
    status, problem = await convert(activity, response, "opportunity")

    assert (status, problem["code"], problem["converted_to"]["id"]) == (409, "already_converted", "lead-1")
    assert (await activity.get(f"{PATH}/{response}"))[1]["converted_to"]["id"] == "lead-1"


async def told(activity: Running, response: str) -> list[str]:
    """Of what about a response somebody who may convert it is told."""
    _, page = await activity.get("/api/v1/notifications?$top=1000")
    return [each["kind"] for each in page["value"] if each["about"]["id"] == response]


async def test_whoever_asked_sees_why_it_cannot_be(activity: Running) -> None:
    response = await responded(activity)
    await convert(activity, response, "lead")
    event = refusal_of(response)

    await hear(activity, event)
    await hear(activity, event)
    _, refused = await activity.get(f"{PATH}/{response}")
    _, page = await activity.get(f"{PATH}?$filter=id eq '{response}' and conversion_refused/code ne null")

    why = refused["conversion_refused"]
    assert (why["to"], why["code"], why["detail"]) == ("lead", "not_found", "no contact bob")
    assert (refused["conversion"], refused["converted_to"]) == ("lead", None)
    assert [each["id"] for each in page["value"]] == [response]
    assert await told(activity, response) == ["conversion_refused"]


async def test_a_refusal_is_over_once_it_is_asked_anew_or_converted(activity: Running) -> None:
    asked, converted = await responded(activity), await responded(activity)
    for response in (asked, converted):
        await convert(activity, response, "lead")
        await hear(activity, refusal_of(response))

    _, again = await convert(activity, asked, "opportunity")
    await hear(activity, refusal_of(asked))
    await hear(activity, lead_of(converted))
    await hear(activity, refusal_of(converted))

    found = [(await activity.get(f"{PATH}/{each}"))[1]["conversion_refused"] for each in (asked, converted)]
    assert (again["conversion_refused"], found) == (None, [None, None])


async def test_what_was_asked_for_last_counts(activity: Running) -> None:
    response = await responded(activity)
    await convert(activity, response, "opportunity")
    await convert(activity, response, "lead")

    await hear(activity, opportunity_of(response))

    assert (await activity.get(f"{PATH}/{response}"))[1]["converted_to"] is None


async def test_a_contact_that_is_named_is_there(activity: Running) -> None:
    response = await responded(activity, customer=None)

    status, asked = await convert(activity, response, "contact", body={"contact_id": "bob"})
    missing, problem = await convert(activity, response, "contact", body={"contact_id": "nobody"})

    assert (status, asked["conversion"]) == (200, "contact")
    assert (missing, problem["errors"][0]["pointer"]) == (422, "/contact_id")


@pytest.mark.parametrize(
    ("fields", "body", "refused"),
    [
        ({"state": "canceled"}, {"to": "lead"}, (409, "response_canceled")),
        ({"customer": None}, {"to": "contact"}, (422, "invalid_fields")),
        ({}, {"to": "lead", "contact_id": "bob"}, (422, "invalid_fields")),
        ({}, {"to": "case"}, (422, "invalid_fields")),
        ({"type": "task", "subject": "Call"}, {"to": "lead"}, (409, "not_a_campaign_response")),
    ],
)
async def test_what_cannot_become_that_is_refused(
    activity: Running, fields: dict[str, Any], body: dict[str, Any], refused: tuple[int, str]
) -> None:
    given = fields if "type" in fields else {**RESPONSE, "customer": ANN, **fields}
    _, response = await activity.post(PATH, given)

    status, problem = await activity.post(f"{PATH}/{response['id']}/convert", body)

    assert (status, problem["code"]) == refused


async def test_whoever_may_make_no_leads_makes_none_by_this(activity: Running) -> None:
    response = await responded(activity)

    status, _ = await convert(activity, response, "lead", roles=("service_representative",))

    assert status == 403
