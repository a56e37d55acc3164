import asyncio
import random
from typing import Any

import pytest

from libs.contracts.envelope import Envelope
from libs.contracts.sales import LeadResponseJoined, LossReason
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.accounts.model import Account
from services.sales.contacts import commands as contacts
from services.sales.contacts.model import Contact
from services.sales.intake.consumers import take_in_response
from services.sales.leads import commands as leads
from services.sales.leads.commands import DisqualifyLead, QualifyLead
from services.sales.leads.model import Lead
from services.sales.opportunities import commands as opportunities
from services.sales.opportunities.commands import LoseOpportunity, WinOpportunity
from tests.services.sales.copies import add, all_of, announced, deliver, do, draft, read, response

ANN = {"first_name": "Ann", "last_name": "Lee", "email": "ann@example.org"}
ROUNDS = 25


async def answer(store: Store, *events: Envelope) -> list[Lead]:
    for event in events:
        await deliver(store, take_in_response, event)
    return await all_of(store, Lead)


async def remove(work: UnitOfWork, lead_id: str) -> None:
    work.remove(await work.get(Lead, lead_id))


async def test_an_interested_response_makes_a_lead_of_its_campaign(store: Store) -> None:
    event = response({**ANN, "phone": "+49 30 1234567", "company_name": "Acme"}, subject="Gold card, please")

    [lead] = await answer(store, event)

    assert (lead.topic, lead.full_name, lead.email, lead.company_name) == (
        "Gold card, please",
        "Ann Lee",
        "ann@example.org",
        "Acme",
    )
    assert (lead.source, lead.source_campaign_id, lead.state) == ("campaign", "campaign-1", "open")
    assert lead.response_ids == (event.record_id,)
    [created] = await announced(store, lead)
    assert (created.type, created.causationid) == ("sales.lead.created", event.id)
    assert (created.correlationid, created.via) == (event.correlationid, "event")


@pytest.mark.parametrize(
    "fields",
    [
        {"response": "not_interested"},
        {"response": "do_not_contact"},
        {"response": "error"},
        {"response": None},
        {"state": "canceled"},
    ],
)
async def test_other_responses_write_nothing(store: Store, fields: dict[str, Any]) -> None:
    assert await answer(store, response(ANN, **fields)) == []
    assert await store.collection("inbox").count_documents({}) == 0


async def test_a_response_that_turns_into_interest_makes_a_lead_then(store: Store) -> None:
    undecided = response(ANN, response=None, id="r-1")
    decided = response(ANN, verb="completed", id="r-1")
    later = response(ANN, verb="updated", id="r-1")

    [lead] = await answer(store, undecided, decided, later)

    assert lead.response_ids == ("r-1",)


async def test_the_same_person_answering_again_joins_the_open_lead(store: Store) -> None:
    first, second = response(ANN), response({"email": "Ann@Example.org"}, campaign_id="campaign-2")

    [lead] = await answer(store, first, second)

    assert lead.response_ids == (first.record_id, second.record_id)
    assert lead.source_campaign_id == "campaign-1"
    *_, event = await announced(store, lead)
    joined = LeadResponseJoined.received(event)
    assert (joined.response_id, joined.campaign_id) == (second.record_id, "campaign-2")
    assert event.causationid == second.id


async def test_a_response_joins_the_lead_that_somebody_typed(store: Store) -> None:
    typed = await do(store, leads.create_lead, draft(Lead, **ANN))

    [lead] = await answer(store, response(ANN))

    assert lead.id == typed.id
    assert (lead.source, lead.source_campaign_id) == ("campaign", "campaign-1")


async def test_a_response_joins_the_lead_whose_opportunity_is_open(store: Store) -> None:
    [lead] = await answer(store, response(ANN))
    await do(store, leads.qualify_lead, lead.id, QualifyLead())

    [same] = await answer(store, response(ANN))

    assert len(same.response_ids) == 2


async def test_an_open_lead_comes_before_one_with_an_open_opportunity(store: Store) -> None:
    [lead] = await answer(store, response(ANN))
    await do(store, leads.qualify_lead, lead.id, QualifyLead())
    typed = await do(store, leads.create_lead, draft(Lead, **ANN))

    await answer(store, response(ANN))

    assert len((await read(store, Lead, typed.id)).response_ids) == 1


@pytest.mark.parametrize("ending", ["won", "lost", "disqualified", "deleted"])
async def test_after_the_end_an_answer_makes_a_new_lead_and_further_ones_join_that(store: Store, ending: str) -> None:
    [lead] = await answer(store, response(ANN))
    match ending:
        case "disqualified":
            await do(store, leads.disqualify_lead, lead.id, DisqualifyLead())
        case "deleted":
            await do(store, remove, lead.id)
        case "won":
            await do(store, leads.qualify_lead, lead.id, QualifyLead())
            opportunity_id = (await read(store, Lead, lead.id)).opportunity_id
            await do(store, opportunities.win_opportunity, opportunity_id, WinOpportunity())
        case _:
            await do(store, leads.qualify_lead, lead.id, QualifyLead())
            opportunity_id = (await read(store, Lead, lead.id)).opportunity_id
            request = LoseOpportunity(reason=LossReason.CANCELED)
            await do(store, opportunities.lose_opportunity, opportunity_id, request)

    found = await answer(store, response(ANN), response(ANN))

    [new] = [each for each in found if each.id != lead.id]
    assert len(new.response_ids) == 2


async def test_a_redelivered_response_has_its_effect_once(store: Store, other: Store) -> None:
    event = response(ANN)
    await answer(store, event)
    [lead] = await answer(other, event)
    await do(store, leads.disqualify_lead, lead.id, DisqualifyLead())

    [same] = await answer(store, event)

    assert (same.version, same.response_ids) == (2, (event.record_id,))


async def test_a_response_of_nobody_makes_a_lead_of_its_own(store: Store) -> None:
    first, second = response(None), response({})

    found = await answer(store, first, second, first)

    assert [lead.response_ids for lead in found] == [(first.record_id,), (second.record_id,)]
    assert [lead.person_key for lead in found] == [None, None]


async def test_a_known_contact_is_linked_and_fills_the_lead(store: Store) -> None:
    await add(store, Account(id="account-1", name="Acme"))
    contact = await do(store, contacts.create_contact, draft(Contact, **ANN, account_id="account-1"))

    [lead] = await answer(store, response({"collection": "contacts", "id": contact.id, "name": "Ann Lee"}))

    assert (lead.full_name, lead.email, lead.company_name) == ("Ann Lee", "ann@example.org", "Acme")
    assert (lead.contact_id, lead.account_id) == (contact.id, "account-1")


async def test_a_known_company_is_linked(store: Store) -> None:
    await add(store, Account(id="account-1", name="Acme"))
    event = {"collection": "accounts", "id": "account-1", "name": "Acme"}

    [lead] = await answer(store, response(event), response(event))

    assert (lead.company_name, lead.account_id, len(lead.response_ids)) == ("Acme", "account-1", 2)


async def test_a_response_that_names_a_lead_joins_it(store: Store) -> None:
    named = await do(store, leads.create_lead, draft(Lead, topic="Card"))
    await do(store, leads.create_lead, draft(Lead, topic="Card"))

    await answer(store, response({"collection": "leads", "id": named.id}))

    assert len((await read(store, Lead, named.id)).response_ids) == 1


async def test_a_response_that_names_an_ended_lead_makes_a_new_one_of_the_same_person(store: Store) -> None:
    named = await do(store, leads.create_lead, draft(Lead, **ANN))
    await do(store, leads.disqualify_lead, named.id, DisqualifyLead())

    [_, new] = await answer(store, response({"collection": "leads", "id": named.id}))

    assert (new.full_name, new.email) == ("Ann Lee", "ann@example.org")


async def test_a_reference_that_leads_nowhere_leaves_what_the_response_says(store: Store) -> None:
    [lead] = await answer(store, response({"collection": "contacts", "id": "gone", "name": "Ann van Lee"}))

    assert (lead.first_name, lead.last_name, lead.contact_id) == ("Ann van", "Lee", None)


async def test_two_responses_of_one_person_at_once_on_two_copies_make_one_lead(store: Store, other: Store) -> None:
    for number in range(ROUNDS):
        person = {"email": f"person-{number}@example.org"}
        first, second = response(person), response(person)

        await asyncio.gather(
            deliver(store, take_in_response, first),
            deliver(other, take_in_response, second),
            deliver(random.choice([store, other]), take_in_response, first),
        )

        [lead] = [each for each in await all_of(store, Lead) if each.email == person["email"]]
        assert set(lead.response_ids) == {first.record_id, second.record_id}
        assert len(lead.response_ids) == 2


async def test_two_answers_at_once_after_the_end_make_one_new_lead(store: Store, other: Store) -> None:
    for number in range(ROUNDS):
        person = {"email": f"person-{number}@example.org"}
        await deliver(store, take_in_response, response(person))
        [old] = [each for each in await all_of(store, Lead) if each.email == person["email"]]
        await do(store, leads.disqualify_lead, old.id, DisqualifyLead())

        await asyncio.gather(
            deliver(store, take_in_response, response(person)), deliver(other, take_in_response, response(person))
        )

        found = [each for each in await all_of(store, Lead) if each.email == person["email"]]
        assert sorted(len(each.response_ids) for each in found) == [1, 2]


async def test_one_response_announced_twice_at_once_makes_one_lead(store: Store, other: Store) -> None:
    for number in range(ROUNDS):
        created = response({}, id=f"r-{number}")
        updated = response({}, id=f"r-{number}", verb="updated")

        await asyncio.gather(deliver(store, take_in_response, created), deliver(other, take_in_response, updated))

    assert len(await all_of(store, Lead)) == ROUNDS
