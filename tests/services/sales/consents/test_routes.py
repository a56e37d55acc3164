"""Consent over HTTP: recorded with its proof, announced, and taken along from a lead to its contact."""

from typing import Any

import pytest

from tests.services.sales.test_routes import made
from tests.support.services import Running
from tests.support.waiting import eventually

MIRA = {"last_name": "Lee", "email": "mira@example.org"}
SAID = {"channel": "email", "status": "given", "source": "Spring fair", "wording": "Write to me about offers."}


async def recorded(sales: Running, path: str, **said: Any) -> dict[str, Any]:
    status, record = await sales.post(f"{path}/record_consent", {**SAID, **said})
    assert status == 200, record
    assert isinstance(record, dict)
    return record


@pytest.mark.parametrize("collection", ["leads", "contacts"])
async def test_what_somebody_said_is_kept_with_its_proof(sales: Running, collection: str) -> None:
    path = f"/api/v1/{collection}/{(await made(sales, collection, MIRA))['id']}"

    record = await recorded(sales, path, at="2026-03-01T10:00:00Z")

    assert record["consent"]["email"] is True
    assert record["consent_proofs"] == [{**SAID, "at": "2026-03-01T10:00:00Z", "recorded_by": "user-1"}]


async def test_a_consent_that_is_set_by_hand_leaves_a_proof_of_when_and_by_whom(sales: Running) -> None:
    contact = await made(sales, "contacts", {**MIRA, "consent": {"email": True, "sms": True}})

    _, changed = await sales.patch(f"/api/v1/contacts/{contact['id']}", {"consent": {"email": False}})

    assert [(each["channel"], each["status"], each["recorded_by"]) for each in changed["consent_proofs"]] == [
        ("email", "given", "user-1"),
        ("sms", "given", "user-1"),
        ("email", "refused", "user-1"),
    ]


async def test_proofs_are_not_written_by_clients(sales: Running) -> None:
    contact = await made(sales, "contacts", MIRA)

    status, problem = await sales.patch(f"/api/v1/contacts/{contact['id']}", {"consent_proofs": []})

    assert (status, problem["errors"][0]["pointer"]) == (422, "/consent_proofs")


@pytest.mark.parametrize("how", ["at once", "linked", "when it is won"])
async def test_consent_goes_with_the_lead_to_its_contact(sales: Running, how: str) -> None:
    known = await made(sales, "contacts", {**MIRA, "consent": {"phone": True}}) if how == "linked" else None
    lead = await made(sales, "leads", MIRA)
    path = f"/api/v1/leads/{lead['id']}"
    await recorded(sales, path, channel="phone", status="refused")
    request = {"contact_id": known["id"]} if known else {"create_customer": how == "at once"}

    _, answer = await sales.post(f"{path}/qualify", request)
    if how == "when it is won":
        await sales.post(f"/api/v1/opportunities/{answer['opportunity']['id']}/win")

    async def customer() -> Any:
        return (await sales.get(f"/api/v1/opportunities/{answer['opportunity']['id']}"))[1]["customer"]

    _, contact = await sales.get(f"/api/v1/contacts/{(await eventually(customer))['id']}")
    assert contact["consent"]["phone"] is False
    assert (contact["consent_proofs"][-1]["status"], contact["consent_proofs"][-1]["source"]) == (
        "refused",
        "Spring fair",
    )
