import asyncio
from typing import Any

import pytest

from libs.contracts.envelope import Envelope
from libs.domain.record import Record
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.accounts import commands as accounts
from services.sales.accounts.model import Account, AccountRelationship
from services.sales.contacts import commands as contacts
from services.sales.contacts.model import Contact
from services.sales.customers.consumers import convert_prospect
from services.sales.opportunities import commands as opportunities
from services.sales.opportunities.commands import WinOpportunity
from services.sales.opportunities.model import Opportunity
from tests.services.sales.copies import all_of, announced, deliver, do, draft, read

ANN = {"first_name": "Ann", "last_name": "Lee", "email": "ann@example.org"}
ROUNDS = 20


async def win(store: Store, prospect: dict[str, Any] | None, **fields: Any) -> tuple[str, Envelope]:
    """A won opportunity's id, and the event that tells of it."""
    fields = {"name": "Card", **fields} | ({"prospect": prospect} if prospect is not None else {})
    opportunity = await do(store, opportunities.create_opportunity, draft(Opportunity, **fields))
    won = await do(store, opportunities.win_opportunity, opportunity.id, WinOpportunity())
    *_, event = await announced(store, won)
    return opportunity.id, event


async def convert(store: Store, prospect: dict[str, Any] | None, **fields: Any) -> Opportunity:
    opportunity_id, event = await win(store, prospect, **fields)
    await deliver(store, convert_prospect, event)
    return await read(store, Opportunity, opportunity_id)


async def counts(store: Store) -> tuple[int, int]:
    """How many accounts and contacts there are."""
    return len(await all_of(store, Account)), len(await all_of(store, Contact))


async def remove(work: UnitOfWork, record_type: type[Record], record_id: str) -> None:
    work.remove(await work.get(record_type, record_id))


async def test_a_prospect_with_a_company_becomes_an_account_and_its_primary_contact(store: Store) -> None:
    won = await convert(store, {**ANN, "company_name": "Acme", "job_title": "Director", "birth_date": "1990-05-01"})

    [account], [contact] = await all_of(store, Account), await all_of(store, Contact)
    assert (account.name, account.relationship, account.primary_contact_id) == ("Acme", "customer", contact.id)
    assert (contact.full_name, contact.email, contact.account_id) == ("Ann Lee", "ann@example.org", account.id)
    assert (contact.job_title, str(contact.birth_date)) == ("Director", "1990-05-01")
    assert won.customer is not None
    assert won.customer.model_dump() == {"collection": "accounts", "id": account.id, "name": "Acme"}
    assert {account.owner_id, contact.owner_id} == {won.owner_id}


async def test_a_person_alone_becomes_a_contact(store: Store) -> None:
    won = await convert(store, ANN)

    [contact] = await all_of(store, Contact)
    assert await counts(store) == (0, 1)
    assert won.customer is not None
    assert won.customer.model_dump() == {"collection": "contacts", "id": contact.id, "name": "Ann Lee"}


async def test_a_company_without_a_person_becomes_an_account_alone(store: Store) -> None:
    won = await convert(store, {"company_name": "Acme"})

    assert await counts(store) == (1, 0)
    assert won.customer is not None
    assert won.customer.name == "Acme"


async def test_everything_that_a_conversion_makes_follows_from_the_win(store: Store) -> None:
    opportunity_id, event = await win(store, {**ANN, "company_name": "Acme"})
    await deliver(store, convert_prospect, event)

    [account], [contact] = await all_of(store, Account), await all_of(store, Contact)
    opportunity = await read(store, Opportunity, opportunity_id)
    caused = [(await announced(store, record))[-1] for record in (account, contact, opportunity)]
    assert [each.type for each in caused] == [
        "sales.account.created",
        "sales.contact.created",
        "sales.opportunity.updated",
    ]
    assert {each.causationid for each in caused} == {event.id}


@pytest.mark.parametrize(
    ("known", "prospect"),
    [
        ({"last_name": "Lee", "email": "ann@example.org"}, ANN),
        ({**ANN, "email": None, "mobile_phone": "+49 (30) 123-4567"}, {**ANN, "phone": "+49301234567"}),
        (
            {"first_name": "ann", "last_name": "LEE", "email": None, "account_id": "acme"},
            {**ANN, "company_name": "ACME"},
        ),
    ],
    ids=["mail", "name and phone", "name and company"],
)
async def test_a_known_person_is_linked_and_not_doubled(
    store: Store, known: dict[str, Any], prospect: dict[str, Any]
) -> None:
    acme = await do(store, accounts.create_account, draft(Account, name="Acme"))
    if "account_id" in known:
        known = {**known, "account_id": acme.id}
    contact = await do(store, contacts.create_contact, draft(Contact, **known))

    won = await convert(store, prospect)

    assert await counts(store) == (1, 1)
    assert won.customer is not None
    assert won.customer.id == (acme.id if "account_id" in known else contact.id)


async def test_a_known_company_is_linked_and_is_a_customer_now(store: Store) -> None:
    acme = await do(store, accounts.create_account, draft(Account, name="Müller & Söhne"))

    won = await convert(store, {**ANN, "company_name": "muller, sohne"})

    account = await read(store, Account, acme.id)
    [contact] = await all_of(store, Contact)
    assert won.customer is not None
    assert won.customer.id == acme.id
    assert (account.relationship, account.primary_contact_id) == ("customer", contact.id)


async def test_a_partner_that_buys_stays_a_partner_with_its_own_primary_contact(store: Store) -> None:
    fields = draft(Account, name="Acme", relationship=AccountRelationship.PARTNER, primary_contact_id="contact-1")
    acme = await do(store, accounts.create_account, fields)

    await convert(store, {**ANN, "company_name": "Acme"})

    account = await read(store, Account, acme.id)
    assert (account.version, account.relationship, account.primary_contact_id) == (1, "partner", "contact-1")


async def test_what_a_known_contact_lacks_is_filled_in_and_what_it_has_stays(store: Store) -> None:
    fields = draft(Contact, first_name="Ann", last_name="Lee", phone="+49301234567")
    known = await do(store, contacts.create_contact, fields)

    await convert(store, {**ANN, "first_name": "ANN", "phone": "+49 30 1234567", "company_name": "Acme"})

    contact = await read(store, Contact, known.id)
    [account] = await all_of(store, Account)
    assert (contact.email, contact.account_id) == ("ann@example.org", account.id)
    assert (contact.first_name, contact.phone) == ("Ann", "+49301234567")
    assert "email:ann@example.org" in contact.person_keys


async def test_a_second_deal_of_the_same_person_links_the_same_records(store: Store) -> None:
    first = await convert(store, {**ANN, "company_name": "Acme"})
    second = await convert(store, {"email": "ann@example.org"})

    assert await counts(store) == (1, 1)
    assert first.customer == second.customer


async def test_a_second_deal_of_somebody_known_by_phone_alone_links_the_same_record(store: Store) -> None:
    first = await convert(store, {"phone": "+49 30 1234567"})
    second = await convert(store, {"phone": "+49301234567"})

    assert await counts(store) == (0, 1)
    assert first.customer is not None
    assert (first.customer, first.customer.name) == (second.customer, "+49 30 1234567")


async def test_a_colleague_becomes_another_contact_of_the_same_account(store: Store) -> None:
    await convert(store, {**ANN, "company_name": "Acme"})
    await convert(store, {"first_name": "Bob", "email": "bob@example.org", "company_name": "Acme"})

    [account], people = await all_of(store, Account), await all_of(store, Contact)
    assert {contact.account_id for contact in people} == {account.id}
    assert account.primary_contact_id == people[0].id


async def test_a_customer_given_before_the_win_stays_and_nothing_new_is_made(store: Store) -> None:
    acme = await do(store, accounts.create_account, draft(Account, name="Acme"))

    won = await convert(store, ANN, customer={"collection": "accounts", "id": acme.id, "name": "Acme"})

    assert await counts(store) == (1, 0)
    assert won.customer is not None
    assert won.customer.id == acme.id
    assert (await read(store, Account, acme.id)).relationship == "customer"


@pytest.mark.parametrize("prospect", [None, {}, {"job_title": "Director"}])
async def test_a_win_with_nobody_behind_it_makes_no_customer(store: Store, prospect: dict[str, Any] | None) -> None:
    won = await convert(store, prospect)

    assert await counts(store) == (0, 0)
    assert won.customer is None
    assert await store.collection("inbox").count_documents({}) == 0


async def test_an_opportunity_reopened_meanwhile_is_left_alone(store: Store) -> None:
    opportunity_id, event = await win(store, ANN)
    await do(store, opportunities.reopen_opportunity, opportunity_id, opportunities.ReopenOpportunity())

    await deliver(store, convert_prospect, event)

    assert await counts(store) == (0, 0)


async def test_a_redelivered_win_makes_the_customer_once(store: Store, other: Store) -> None:
    _, named_only = await win(store, {"first_name": "Ann"})
    _, known = await win(store, {**ANN, "company_name": "Acme"})

    for event in (named_only, known):
        await asyncio.gather(*(deliver(copy, convert_prospect, event) for copy in (store, other, store)))
        await deliver(other, convert_prospect, event)

    assert await counts(store) == (1, 2)


async def test_a_customer_that_was_removed_is_made_anew(store: Store) -> None:
    first = await convert(store, ANN)
    assert first.customer is not None
    await do(store, remove, Contact, first.customer.id)

    second = await convert(store, ANN)
    third = await convert(store, ANN)

    assert second.customer is not None
    assert second.customer.id != first.customer.id
    assert third.customer == second.customer


async def test_two_wins_of_one_person_at_once_on_two_copies_make_one_customer(store: Store, other: Store) -> None:
    for number in range(ROUNDS):
        by_mail = {
            "first_name": f"Ann {number}",
            "email": f"ann-{number}@example.org",
            "phone": f"+493012345{number:02}",
        }
        by_phone = {"first_name": f"ann {number}", "phone": f"+49 30 12345{number:02}"}
        (one, first), (two, second) = await win(store, by_mail), await win(store, by_phone)

        await asyncio.gather(deliver(store, convert_prospect, first), deliver(other, convert_prospect, second))

        won = await read(store, Opportunity, one), await read(store, Opportunity, two)
        assert won[0].customer is not None
        assert won[0].customer == won[1].customer

    assert await counts(store) == (0, ROUNDS)


async def test_two_people_of_one_new_company_at_once_make_one_account(store: Store, other: Store) -> None:
    for number in range(ROUNDS):
        company = {"company_name": f"Acme {number}"}
        events = [
            (await win(store, {**company, "email": f"{name}-{number}@example.org"}))[1] for name in ("ann", "bob")
        ]

        await asyncio.gather(deliver(store, convert_prospect, events[0]), deliver(other, convert_prospect, events[1]))

    assert await counts(store) == (ROUNDS, 2 * ROUNDS)
