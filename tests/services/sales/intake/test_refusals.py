"""Whoever does not want to be contacted is not, wherever sales knows them."""

from collections.abc import Mapping
from typing import Any

import pytest

from libs.contracts.consent import ConsentChannel, ConsentStatus
from libs.contracts.envelope import Envelope
from libs.store.store import Store
from services.sales.accounts.model import Account
from services.sales.consents import commands as consents
from services.sales.consents.model import RecordConsent
from services.sales.contacts import commands as contacts
from services.sales.contacts.model import Contact
from services.sales.intake.consumers import take_in_response
from services.sales.leads import commands as leads
from services.sales.leads.model import Lead
from tests.services.sales.copies import all_of, announced, deliver, do, draft, read, response

ANN = {"first_name": "Ann", "last_name": "Lee", "email": "ann@example.org"}
EVERY = dict.fromkeys(ConsentChannel, False)


def refusal(customer: Mapping[str, object] | None = ANN, **fields: Any) -> Envelope:
    given = {"response": "do_not_contact", "id": "r-1", "occurred_at": "2026-10-05T08:00:00Z", **fields}
    return response(customer, **given)


async def lead_of_ann(store: Store, **fields: Any) -> Lead:
    return await do(store, leads.create_lead, draft(Lead, **{**ANN, **fields}))


async def said_by(store: Store, record: Lead | Contact) -> dict[str, bool]:
    now = await read(store, type(record), record.id)
    return now.consent.model_dump(exclude_none=True) if now.consent else {}


async def test_the_lead_and_the_contact_refuse_the_channel_with_the_response_as_proof(store: Store) -> None:
    lead = await lead_of_ann(store, consent={"phone": True})
    contact = await do(store, contacts.create_contact, draft(Contact, **ANN))

    await deliver(store, take_in_response, refusal())

    assert await said_by(store, lead) == {"email": False, "phone": True}
    assert await said_by(store, contact) == {"email": False}
    for record in (lead, contact):
        *_, event = await announced(store, record)
        assert event.type.endswith(".consent_changed")
        [proof] = event.data["said"]
        assert (proof["channel"], proof["status"], proof["source"]) == ("email", "refused", "campaign response r-1")
        assert (proof["at"], proof["recorded_by"]) == ("2026-10-05T08:00:00Z", "user-1")


@pytest.mark.parametrize(
    ("channel", "refused"),
    [
        ("phone_call", {"phone": False}),
        ("sms", {"sms": False}),
        ("letter", {"letter": False}),
        ("fax", {"fax": False}),
        ("social", {"social": False}),
        ("event", EVERY),
        (None, EVERY),
    ],
)
async def test_the_channel_of_the_answer_is_refused_and_all_where_it_is_none(
    store: Store, channel: str | None, refused: dict[str, bool]
) -> None:
    lead = await lead_of_ann(store)

    await deliver(store, take_in_response, refusal(channel=channel))

    assert await said_by(store, lead) == refused


@pytest.mark.parametrize("customer", ["leads", "contacts"])
async def test_a_response_that_names_a_record_means_that_one(store: Store, customer: str) -> None:
    lead = await do(store, leads.create_lead, draft(Lead, topic="Cards"))
    contact = await do(store, contacts.create_contact, draft(Contact, last_name="Lee"))
    named: dict[str, Lead | Contact] = {"leads": lead, "contacts": contact}

    await deliver(store, take_in_response, refusal({"collection": customer, "id": named[customer].id}))

    assert {name: await said_by(store, each) for name, each in named.items()} == {
        name: {"email": False} if name == customer else {} for name in named
    }


async def test_told_again_it_is_one_proof_and_takes_back_no_later_yes(store: Store) -> None:
    lead = await lead_of_ann(store)
    first = refusal()
    await deliver(store, take_in_response, first)
    given = RecordConsent(channel=ConsentChannel.EMAIL, status=ConsentStatus.GIVEN, source="form")
    await do(store, consents.record_consent, Lead, lead.id, given)

    for event in (first, refusal(verb="updated"), refusal(verb="completed")):
        await deliver(store, take_in_response, event)

    now = await read(store, Lead, lead.id)
    assert [proof.status for proof in now.consent_proofs] == ["refused", "given"]
    assert await said_by(store, lead) == {"email": True}


@pytest.mark.parametrize("fields", [{"state": "canceled"}, {"response": "not_interested"}, {"response": "error"}])
async def test_other_answers_say_nothing_about_consent(store: Store, fields: dict[str, Any]) -> None:
    lead = await lead_of_ann(store)

    await deliver(store, take_in_response, refusal(**fields))

    assert await said_by(store, lead) == {}


async def test_whoever_nobody_knows_leaves_nothing(store: Store) -> None:
    other = await lead_of_ann(store, email="eva@example.org")

    await deliver(store, take_in_response, refusal())
    await deliver(store, take_in_response, refusal(None, id="r-2"))

    assert await said_by(store, other) == {}
    assert (await all_of(store, Contact), await all_of(store, Account)) == ([], [])
