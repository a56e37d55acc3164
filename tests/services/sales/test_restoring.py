"""Removed leads, contacts and accounts come back, unless somebody has taken their place."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import pytest

from libs.domain.record import Record
from libs.domain.refusals import InvalidFields, NotRestorable
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.accounts import commands as accounts
from services.sales.accounts.model import Account
from services.sales.contacts import commands as contacts
from services.sales.contacts.model import Contact
from services.sales.customers import commands as customers
from services.sales.intake.consumers import take_in_response
from services.sales.leads import commands as leads
from services.sales.leads.commands import DisqualifyLead
from services.sales.leads.model import Lead
from services.sales.opportunities.model import Prospect
from tests.services.sales.copies import add, all_of, deliver, do, draft, read, response

ANN = {"first_name": "Ann", "last_name": "Lee", "email": "ann@example.org"}
ROUNDS = 20
RESTORING: dict[type[Record], Any] = {
    Lead: leads.restore_lead,
    Contact: customers.restore_contact,
    Account: customers.restore_account,
}

R = TypeVar("R", bound=Record)


async def remove(work: UnitOfWork, record_type: type[R], record_id: str) -> R:
    return work.remove(await work.get(record_type, record_id))


async def restore(work: UnitOfWork, record_type: type[R], record_id: str) -> R:
    restored: Awaitable[R] = RESTORING[record_type](work, await work.get_removed(record_type, record_id))
    return await restored


async def answered(store: Store, **person: str) -> Lead:
    """The lead that a response of the person has made or joined last."""
    await deliver(store, take_in_response, response({**ANN, **person}))
    return (await all_of(store, Lead))[-1]


async def sold(work: UnitOfWork) -> None:
    prospect = Prospect.model_validate({**ANN, "company_name": "Acme"})
    await customers.link_customer(work, prospect, owner_id=None, sold=True)


async def test_a_restored_lead_takes_further_answers_of_its_person(store: Store) -> None:
    lead = await answered(store)
    await do(store, remove, Lead, lead.id)

    await do(store, restore, Lead, lead.id)
    again = await answered(store)

    assert (again.id, len(again.response_ids)) == (lead.id, 2)


async def test_a_lead_does_not_come_back_beside_the_one_that_took_its_place(store: Store) -> None:
    lead = await answered(store)
    await do(store, remove, Lead, lead.id)
    successor = await answered(store)

    with pytest.raises(NotRestorable) as refusal:
        await do(store, restore, Lead, lead.id)

    assert refusal.value.extra == {"taken_by": successor.id}
    await do(store, leads.disqualify_lead, successor.id, DisqualifyLead())
    await do(store, restore, Lead, lead.id)
    assert (await answered(store, phone="+49 30 1")).id == successor.id
    assert len((await read(store, Lead, lead.id)).response_ids) == 2


async def test_leads_typed_by_hand_come_back_beside_their_doubles(store: Store) -> None:
    first, _ = [await do(store, leads.create_lead, draft(Lead, **ANN)) for _ in range(2)]
    await do(store, remove, Lead, first.id)

    await do(store, restore, Lead, first.id)

    assert len(await all_of(store, Lead)) == 2


async def test_a_lead_restored_while_its_person_answers_leaves_one_that_takes_answers(
    store: Store, other: Store
) -> None:
    for number in range(ROUNDS):
        email = f"person-{number}@example.org"
        lead = await answered(store, email=email)
        await do(store, remove, Lead, lead.id)

        await asyncio.gather(
            do(store, restore, Lead, lead.id),
            deliver(other, take_in_response, response({"email": email})),
            return_exceptions=True,
        )

        assert len([each for each in await all_of(store, Lead) if each.email == email]) == 1


async def test_a_lead_made_while_another_comes_back_from_behind_one_that_was_given_up_keeps_its_place(
    store: Store, other: Store
) -> None:
    lead = await answered(store)
    await do(store, remove, Lead, lead.id)
    successor = await answered(store)
    await do(store, leads.disqualify_lead, successor.id, DisqualifyLead())

    async def overtaken(work: UnitOfWork) -> None:
        await restore(work, Lead, lead.id)
        if work.attempt == 1:
            await answered(other)

    with pytest.raises(NotRestorable):
        await do(store, overtaken)


@pytest.mark.parametrize("record_type", [Contact, Account])
async def test_a_customer_does_not_come_back_beside_the_one_that_took_its_place(
    store: Store, record_type: type[Record]
) -> None:
    await do(store, sold)
    [first] = await all_of(store, record_type)
    await do(store, remove, record_type, first.id)
    await do(store, sold)
    [second] = await all_of(store, record_type)

    with pytest.raises(NotRestorable) as refusal:
        await do(store, restore, record_type, first.id)

    assert refusal.value.extra == {"taken_by": second.id}
    await do(store, remove, record_type, second.id)
    await do(store, restore, record_type, first.id)
    await do(store, sold)
    assert [each.id for each in await all_of(store, record_type)] == [first.id]


async def test_contacts_typed_by_hand_come_back_beside_their_doubles(store: Store) -> None:
    first, _ = [await do(store, contacts.create_contact, draft(Contact, **ANN)) for _ in range(2)]
    await do(store, remove, Contact, first.id)

    await do(store, restore, Contact, first.id)

    assert len(await all_of(store, Contact)) == 2


async def test_a_contact_restored_while_its_person_buys_is_the_only_one(store: Store, other: Store) -> None:
    for _ in range(ROUNDS):
        await do(store, sold)
        [contact] = await all_of(store, Contact)
        await do(store, remove, Contact, contact.id)

        await asyncio.gather(
            do(store, restore, Contact, contact.id),
            do(other, sold),
            return_exceptions=True,
        )

        assert len(await all_of(store, Contact)) == 1


async def test_an_account_does_not_come_back_to_belong_to_itself(store: Store) -> None:
    below = {"group": None, "company": "group", "branch": "company"}
    await add(store, *(Account(id=id, name=id, parent_account_id=parent) for id, parent in below.items()))
    await do(store, remove, Account, "company")

    async def turn_over(work: UnitOfWork) -> None:
        group = await work.get(Account, "group")
        await accounts.change_account(work, group, group.evolve(parent_account_id="branch"))

    await do(store, turn_over)

    with pytest.raises(InvalidFields):
        await do(store, restore, Account, "company")
