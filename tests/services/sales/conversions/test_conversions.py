"""Responses become what somebody wanted them to, once."""

import asyncio

import pytest

from libs.contracts.conversions import ConversionRefusalCreated
from libs.contracts.sales import DisqualifyReason
from libs.domain.record import Record
from libs.domain.refusals import Unavailable
from libs.store import aliases
from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.contacts import commands as contacts
from services.sales.contacts.model import Contact
from services.sales.conversions.consumers import convert_response
from services.sales.conversions.model import ConversionRefusal
from services.sales.intake.consumers import take_in_response
from services.sales.leads import commands as leads
from services.sales.leads.commands import DisqualifyLead
from services.sales.leads.model import Lead
from services.sales.opportunities.model import Opportunity
from services.sales.pipelines.model import DEFAULT_ID, Pipeline
from tests.services.sales.copies import all_of, announced, asked, deliver, do, draft, response
from tests.support.waiting import PATIENCE

ANN = {"first_name": "Ann", "last_name": "Lee", "email": "ann@example.org"}


async def became(store: Store, record: Record) -> list[str]:
    """The responses that have become this record, as it was announced."""
    told = await announced(store, record)
    return [each.data["response_id"] for each in told if each.type.endswith(".response_converted")]


@pytest.mark.parametrize("verbs", [("convert", "take"), ("take", "convert")])
async def test_a_lead_is_one_with_that_of_the_interest(store: Store, verbs: tuple[str, str]) -> None:
    # The interest and the wish to convert are two events about one response, in whatever order they come.
    events = {
        "take": (take_in_response, response(ANN, id="r-1")),
        "convert": (convert_response, asked("lead", ANN, response="interested")),
    }

    for verb in verbs:
        await deliver(store, *events[verb])

    [lead] = await all_of(store, Lead)
    assert (lead.response_ids, await became(store, lead)) == (("r-1",), ["r-1"])


async def test_what_is_asked_again_is_answered_and_makes_nothing_new(store: Store) -> None:
    first, again = asked("opportunity", ANN), asked("opportunity", ANN)

    for event in (first, first, again):
        await deliver(store, convert_response, event)

    [lead], [opportunity] = await all_of(store, Lead), await all_of(store, Opportunity)
    assert (lead.state, lead.opportunity_id) == ("qualified", opportunity.id)
    assert await became(store, opportunity) == ["r-1", "r-1"]


async def test_two_copies_asked_at_once_make_one_opportunity(store: Store, other: Store) -> None:
    for number in range(10):
        ann = {**ANN, "email": f"ann.{number}@example.org"}
        await asyncio.gather(
            *(deliver(copy, convert_response, asked("opportunity", ann, id=f"r-{number}")) for copy in (store, other))
        )

    assert len(await all_of(store, Opportunity)) == len(await all_of(store, Lead)) == 10


async def test_a_lead_that_was_given_up_is_sold_to_after_all(store: Store) -> None:
    await deliver(store, take_in_response, response(ANN, id="r-1"))
    [lead] = await all_of(store, Lead)
    await do(store, leads.disqualify_lead, lead.id, DisqualifyLead(reason=DisqualifyReason.LOST))

    await deliver(store, convert_response, asked("opportunity", ANN))

    [sold] = await all_of(store, Lead)
    assert (sold.id, sold.state) == (lead.id, "qualified")


async def test_the_opportunity_is_for_the_contact_who_answered(store: Store) -> None:
    contact = await do(store, contacts.create_contact, draft(Contact, **ANN))

    await deliver(store, convert_response, asked("opportunity", {"collection": "contacts", "id": contact.id}))

    [opportunity] = await all_of(store, Opportunity)
    assert opportunity.customer is not None
    assert (opportunity.customer.collection, opportunity.customer.id) == ("contacts", contact.id)


async def test_a_contact_is_the_one_that_is_named(store: Store) -> None:
    contact = await do(store, contacts.create_contact, draft(Contact, last_name="Lee"))

    await deliver(store, convert_response, asked("contact", ANN, contact_id=contact.id))

    [known] = await all_of(store, Contact)
    assert (await became(store, known), await all_of(store, Lead)) == (["r-1"], [])


@pytest.mark.parametrize("known", [True, False])
async def test_a_contact_is_the_one_with_these_particulars_or_a_new_one(store: Store, known: bool) -> None:  # noqa: FBT001
    if known:
        await do(store, contacts.create_contact, draft(Contact, **ANN))

    await deliver(store, convert_response, asked("contact", ANN))

    [contact] = await all_of(store, Contact)
    assert (contact.email, await became(store, contact)) == ("ann@example.org", ["r-1"])


async def test_nobody_becomes_no_contact_and_that_is_the_answer(store: Store) -> None:
    await deliver(store, convert_response, asked("contact", {"collection": "accounts", "id": "gone"}))

    [refusal] = await all_of(store, ConversionRefusal)
    [told] = await announced(store, refusal)
    assert await all_of(store, Contact) == []
    assert (refusal.response_id, refusal.to, refusal.code) == ("r-1", "contact", "not_found")
    assert (told.type, told.record["detail"]) == (ConversionRefusalCreated.type, refusal.detail)


async def test_a_contact_that_was_removed_meanwhile_is_refused_once(store: Store) -> None:
    contact = await do(store, contacts.create_contact, draft(Contact, **ANN))
    await store.run(lambda work: _remove(work, contact.id), Context())
    event = asked("contact", ANN, contact_id=contact.id)

    for _ in range(2):
        await deliver(store, convert_response, event)

    [refusal] = await all_of(store, ConversionRefusal)
    assert (refusal.code, contact.id in refusal.detail) == ("not_found", True)


async def test_of_what_is_refused_half_way_nothing_is_kept(store: Store) -> None:
    await store.collection(Pipeline.collection).delete_one({"_id": DEFAULT_ID})

    await deliver(store, convert_response, asked("opportunity", ANN))

    [refusal] = await all_of(store, ConversionRefusal)
    assert (await all_of(store, Lead), refusal.code) == ([], "not_found")


async def test_a_failure_of_the_database_is_no_answer(mongo_url: str, database_name: str) -> None:
    # What is refused is refused for good; where a look at one collection fails, the bus tries again.
    records = (Contact, ConversionRefusal)
    store = await Store.open(mongo_url, database_name, service="sales", records=records, seconds=PATIENCE)
    await store.collection(Contact.collection).insert_one({"_id": "no number", "to": "a number"})
    await store.database.drop_collection(aliases.COLLECTION)
    failing = [{"$set": {"_id": {"$toInt": "$_id"}}}]
    await store.database.create_collection(aliases.COLLECTION, viewOn=Contact.collection, pipeline=failing)

    try:
        with pytest.raises(Unavailable):
            await deliver(store, convert_response, asked("contact", ANN, contact_id="gone"))
        assert await all_of(store, ConversionRefusal) == []
    finally:
        await store.close()


async def _remove(work: UnitOfWork, contact_id: str) -> None:
    work.remove(await work.get(Contact, contact_id))
