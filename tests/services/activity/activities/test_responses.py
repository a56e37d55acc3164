"""Campaign responses that come in by many: from a file or in one request, each answer once."""

import json
from typing import Any

from aiohttp import FormData

from libs.store.copies import seed_copies
from libs.web.executing import STORE
from tests.support.services import Running
from tests.support.waiting import eventually

PATH = "/api/v1/activities"
RESPONSE: dict[str, Any] = {"type": "campaign_response", "campaign_id": "spring", "response": "not_interested"}
HEAD = "Campaign,Channel,Answer,First name,Last name,Customer,Mail,Clicked"
MAPPING: dict[str, Any] = {
    "fields": {
        "campaign_id": {"column": "Campaign", "by": "name"},
        "channel": {"column": "Channel", "values": {"Phone": "phone_call", "Mail": "email"}},
        "response": {"column": "Answer"},
        "customer.first_name": {"column": "First name"},
        "customer.last_name": {"column": "Last name"},
        "customer.email": {"column": "Mail"},
        "link_clicked": {"column": "Clicked"},
    },
    "constants": {"type": "campaign_response"},
}


async def imported(activity: Running, rows: list[str], mapping: dict[str, Any]) -> dict[str, Any]:
    """The import of a CSV file, once it has ended."""
    form = FormData()
    form.add_field("collection", "activities")
    form.add_field("mapping", json.dumps(mapping))
    form.add_field("file", "\n".join([HEAD, *rows]).encode(), filename="answers.csv", content_type="text/csv")
    sent = {"Authorization": f"Bearer {activity.identities.token('administrator')}"}
    async with activity.session.post(f"{activity.url}/api/v1/imports", data=form, headers=sent) as response:
        taken = await response.json()
        assert response.status == 201, taken
    path = f"/api/v1/imports/{taken['id']}"
    await activity.post(f"{path}/run")

    async def ended() -> dict[str, Any] | None:
        _, found = await activity.get(path)
        return found if found["state"] in ("completed", "failed") else None

    return await eventually(ended)


async def answers_of(activity: Running, campaign_id: str) -> list[dict[str, Any]]:
    _, page = await activity.get(f"{PATH}?$filter=campaign_id eq '{campaign_id}'&$orderby=created_at,id")
    return list(page["value"])


async def test_a_file_of_answers_tells_of_people_by_their_particulars(activity: Running) -> None:
    await seed_copies(activity.app[STORE], "campaigns", [{"id": "summer", "name": "Summer sale"}])

    ended = await imported(
        activity,
        [
            "Summer sale,Phone,interested,Ann,Lee,,ann@example.org,yes",
            "Summer sale,Mail,do_not_contact,Eva,Egli,,eva@example.org,no",
            "Summer sale,Mail,error,,,,bounced@example.org,",
            "Summer sale,Mail,perhaps,Rui,Reis,,rui@example.org,",
        ],
        MAPPING,
    )

    assert (ended["counts"]["created"], ended["counts"]["failed"]) == (3, 1)
    told = [(each["response"], each["channel"], each["link_clicked"]) for each in await answers_of(activity, "summer")]
    assert told == [
        ("interested", "phone_call", True),
        ("do_not_contact", "email", False),
        ("error", "email", False),
    ]


async def test_a_file_of_answers_leads_to_records_by_their_e_mail(activity: Running) -> None:
    await seed_copies(activity.app[STORE], "campaigns", [{"id": "autumn", "name": "Autumn sale"}])
    await seed_copies(
        activity.app[STORE], "contacts", [{"id": "ida", "full_name": "Ida Noe", "email": "ida@example.org"}]
    )
    fields = {name: rule for name, rule in MAPPING["fields"].items() if not name.startswith("customer")}
    by_mail = {**MAPPING, "fields": {**fields, "customer": {"column": "Customer", "by": "email"}}}

    ended = await imported(
        activity,
        [
            "Autumn sale,Phone,interested,,,Ida@example.org,,yes",
            "Autumn sale,Phone,interested,,,stranger@example.org,,yes",
        ],
        by_mail,
    )

    [answer] = await answers_of(activity, "autumn")
    assert (ended["counts"]["created"], ended["counts"]["failed"]) == (1, 1)
    assert (answer["customer"]["collection"], answer["customer"]["id"]) == ("contacts", "ida")
    assert answer["customer"]["name"] == "Ida Noe"


async def test_a_file_has_each_answer_once(activity: Running) -> None:
    await seed_copies(activity.app[STORE], "campaigns", [{"id": "winter", "name": "Winter sale"}])
    rows = [
        "Winter sale,Phone,interested,Ann,Lee,,ann@example.org,yes",
        "Winter sale,Phone,interested,Ann,Lee,,Ann@example.org,yes",
        "Winter sale,Mail,interested,Ann,Lee,,ann@example.org,yes",
    ]

    first = await imported(activity, rows, MAPPING)
    second = await imported(activity, rows[:1], MAPPING)

    assert (first["counts"]["created"], first["counts"]["failed"], second["counts"]["created"]) == (2, 1, 1)
    assert len(await answers_of(activity, "winter")) == 3


async def test_one_bulk_has_each_answer_once_with_all_its_repeats(activity: Running) -> None:
    ann, eva = ({"customer": {"email": f"{name}@example.org"}, "channel": "sms"} for name in ("anna", "evan"))
    records = [{**RESPONSE, **each} for each in (ann, eva, ann, {**ann, "channel": "fax"})]

    _, first = await activity.post(f"{PATH}/bulk", {"records": records}, headers={"Idempotency-Key": "fair-1"})
    _, again = await activity.post(f"{PATH}/bulk", {"records": records}, headers={"Idempotency-Key": "fair-1"})
    _, later = await activity.post(f"{PATH}/bulk", {"records": records[:1]}, headers={"Idempotency-Key": "fair-2"})

    assert [each["status"] for each in first["results"]] == [201, 201, 409, 201]
    assert first["results"][2]["problem"]["errors"][0]["pointer"] == "/answer_key"
    assert [each.get("record", {}).get("id") for each in again["results"]] == [
        each.get("record", {}).get("id") for each in first["results"]
    ]
    assert [each["status"] for each in later["results"]] == [201]


async def test_answers_of_nobody_in_particular_are_each_its_own(activity: Running) -> None:
    _, made = await activity.post(f"{PATH}/bulk", {"records": [RESPONSE, RESPONSE]})

    assert [each["status"] for each in made["results"]] == [201, 201]
