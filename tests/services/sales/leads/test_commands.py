from decimal import Decimal

import pytest

from libs.contracts.sales import DisqualifyReason, LeadQualified
from libs.domain.refusals import InvalidFields, MoveRefused, NotFound
from libs.store.store import Store
from services.sales.accounts.model import Account, AccountRelationship
from services.sales.contacts.model import Contact
from services.sales.leads import commands
from services.sales.leads.commands import DisqualifyLead, QualifyLead
from services.sales.leads.model import Lead, LeadHasOpportunity
from services.sales.opportunities.model import Opportunity
from tests.services.sales.copies import add, all_of, announced, do, draft, read

ANN = {
    "topic": "Credit card",
    "first_name": "Ann",
    "last_name": "Lee",
    "email": "ann@example.org",
    "company_name": "Acme",
    "estimated_value": Decimal(500),
}


async def test_a_create_is_one_plain_write(store: Store) -> None:
    lead = await do(store, commands.create_lead, draft(Lead, **ANN))

    assert (lead.full_name, lead.owner_id, lead.state) == ("Ann Lee", "user-1", "open")
    assert [event.type for event in await announced(store, lead)] == ["sales.lead.created"]
    assert await store.collection("claims").count_documents({}) == 0


async def test_leads_typed_by_hand_may_double(store: Store) -> None:
    first = await do(store, commands.create_lead, draft(Lead, **ANN))
    second = await do(store, commands.create_lead, draft(Lead, **ANN))

    assert first.id != second.id
    assert first.person_key == second.person_key


async def test_a_qualified_lead_and_its_opportunity_are_written_together(store: Store) -> None:
    lead = await do(store, commands.create_lead, draft(Lead, **ANN))

    await do(store, commands.qualify_lead, lead.id, QualifyLead(name="Gold card", estimated_value=Decimal(900)))

    [opportunity] = await all_of(store, Opportunity)
    qualified = await read(store, Lead, lead.id)
    assert (qualified.state, qualified.opportunity_id) == ("qualified", opportunity.id)
    assert (opportunity.name, opportunity.lead_id, opportunity.customer) == ("Gold card", lead.id, None)
    assert opportunity.estimated_value == Decimal(900)
    *_, event = await announced(store, qualified)
    assert LeadQualified.received(event).opportunity_id == opportunity.id
    assert [each.type for each in await announced(store, opportunity)] == ["sales.opportunity.created"]


async def test_a_qualified_lead_is_not_qualified_again(store: Store) -> None:
    lead = await do(store, commands.create_lead, draft(Lead, **ANN))
    await do(store, commands.qualify_lead, lead.id, QualifyLead())

    with pytest.raises(MoveRefused) as refusal:
        await do(store, commands.qualify_lead, lead.id, QualifyLead())

    assert (refusal.value.code, refusal.value.extra["open_actions"]) == ("move_not_allowed", [])
    assert len(await all_of(store, Opportunity)) == 1


async def test_qualifying_may_link_known_records(store: Store) -> None:
    await add(store, Account(id="account-1", name="Acme Ltd"), Contact(id="contact-1", last_name="Lee"))
    lead = await do(store, commands.create_lead, draft(Lead, **ANN))

    request = QualifyLead(account_id="account-1", contact_id="contact-1")
    await do(store, commands.qualify_lead, lead.id, request)

    [opportunity] = await all_of(store, Opportunity)
    qualified = await read(store, Lead, lead.id)
    assert (qualified.account_id, qualified.contact_id) == ("account-1", "contact-1")
    assert opportunity.customer is not None
    assert opportunity.customer.model_dump() == {"collection": "accounts", "id": "account-1", "name": "Acme Ltd"}


async def test_qualifying_with_an_unknown_record_names_the_field_and_changes_nothing(store: Store) -> None:
    lead = await do(store, commands.create_lead, draft(Lead, **ANN))

    with pytest.raises(InvalidFields) as refusal:
        await do(store, commands.qualify_lead, lead.id, QualifyLead(contact_id="nobody"))

    assert refusal.value.errors[0].pointer == "/contact_id"
    assert (await read(store, Lead, lead.id)).state == "open"
    assert await all_of(store, Opportunity) == []


async def test_qualifying_may_make_the_customer_at_once(store: Store) -> None:
    lead = await do(store, commands.create_lead, draft(Lead, **ANN))

    await do(store, commands.qualify_lead, lead.id, QualifyLead(create_customer=True))

    [opportunity], [account] = await all_of(store, Opportunity), await all_of(store, Account)
    [contact] = await all_of(store, Contact)
    assert opportunity.customer is not None
    assert opportunity.customer.id == account.id
    assert (account.name, account.relationship) == ("Acme", AccountRelationship.PROSPECT)
    assert (account.primary_contact_id, contact.account_id) == (contact.id, account.id)


async def test_a_lead_with_an_opportunity_made_by_hand_is_not_disqualified(store: Store) -> None:
    lead = await do(store, commands.create_lead, draft(Lead, **ANN))
    await add(store, Opportunity(id="opportunity-1", name="Card", lead_id=lead.id))

    with pytest.raises(LeadHasOpportunity):
        await do(store, commands.disqualify_lead, lead.id, DisqualifyLead())


async def test_a_disqualified_lead_is_open_again_once_reactivated(store: Store) -> None:
    lead = await do(store, commands.create_lead, draft(Lead, **ANN))

    request = DisqualifyLead(reason=DisqualifyReason.NO_LONGER_INTERESTED)
    disqualified = await do(store, commands.disqualify_lead, lead.id, request)
    reactivated = await do(store, commands.reactivate_lead, lead.id)

    assert (disqualified.state, disqualified.status_reason) == ("disqualified", "no_longer_interested")
    assert (reactivated.state, reactivated.status_reason) == ("open", "new")


async def test_a_missing_lead_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        await do(store, commands.qualify_lead, "nobody", QualifyLead())
