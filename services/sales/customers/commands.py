"""A prospect becomes a customer: known records are linked, missing ones made."""

from typing import TypeVar

from libs.contracts.sales import OpportunityState
from libs.contracts.values import Reference
from libs.domain.record import Record
from libs.store.changes import Happening
from libs.store.work import UnitOfWork
from services.sales.accounts.commands import require_no_circle
from services.sales.accounts.model import Account
from services.sales.consents.model import Proofs, announced
from services.sales.contacts.model import Contact
from services.sales.customer_documents.model import bought_by
from services.sales.customer_documents.store import without_customer
from services.sales.customers import model, store
from services.sales.customers.model import Customer
from services.sales.customers.store import COMPANY, PERSON, Claims
from services.sales.leads.model import Lead
from services.sales.opportunities.model import Opportunity, Prospect
from services.sales.orders.model import Order
from services.sales.quotes.model import Quote

R = TypeVar("R", bound=Record)


async def make_customer(work: UnitOfWork, opportunity_id: str) -> None:
    """The won prospect gets its account and contact, once. One that is not won any more, or has nobody, stays."""
    opportunity = await work.first(Opportunity, {"_id": opportunity_id})
    if opportunity is None or opportunity.state is not OpportunityState.WON:
        return
    if opportunity.customer is not None:
        await note_sale(work, opportunity.customer)
    elif opportunity.prospect is not None:
        lead = await work.look_up(Lead, opportunity.lead_id) if opportunity.lead_id else None
        proofs = lead.consent_proofs if lead else ()
        customer = await link_customer(
            work, opportunity.prospect, owner_id=opportunity.owner_id, sold=True, proofs=proofs
        )
        if customer.reference is not None:
            work.save(opportunity.evolve(customer=customer.reference))
            contact_id = customer.contact.id if customer.contact else None
            for document_type in (Quote, Order):
                for document in await without_customer(work, document_type, opportunity.id):
                    work.save(bought_by(document, customer.reference, contact_id))


async def note_sale(work: UnitOfWork, customer: Reference) -> None:
    """A customer that was chosen before the sale is one now."""
    if customer.collection == Account.collection:
        account = await work.look_up(Account, customer.id)
        if account is not None and (bought := model.sold_to(account)) != account:
            work.save(bought)


async def link_customer(
    work: UnitOfWork, prospect: Prospect, *, owner_id: str | None, sold: bool, proofs: Proofs = ()
) -> Customer:
    """The account and the contact that the prospect is already, or becomes now. `proofs` are those of its consent."""
    people, companies = Claims(PERSON), Claims(COMPANY)
    known_contact = await store.find_contact(work, prospect, people)
    known_account = await store.find_account(work, prospect, known_contact, companies)
    account = known_account or _new_account(work, prospect, companies, owner_id)
    contact = known_contact or _new_contact(work, prospect, people, owner_id)
    if contact is not None:
        contact = model.filled_in(contact, prospect, proofs, account_id=account.id if account else None)
    if account is not None:
        account = model.represented(model.sold_to(account) if sold else account, contact)
    _keep(work, known_account, account)
    _keep(work, known_contact, contact, *announced(known_contact, contact))
    return Customer(account, contact)


async def restore_account(work: UnitOfWork, account: Account) -> Account:
    await require_no_circle(work, account)
    await store.claim_again(work, account, Claims(COMPANY), [account.name_key] if account.name_key else [])
    return work.restore(account)


async def restore_contact(work: UnitOfWork, contact: Contact) -> Contact:
    await store.claim_again(work, contact, Claims(PERSON), contact.person_keys)
    return work.restore(contact)


def _new_account(work: UnitOfWork, prospect: Prospect, claims: Claims, owner_id: str | None) -> Account | None:
    if prospect.company_name is None:
        return None
    account = model.new_account(prospect.company_name, prospect, id=work.new_id(), owner_id=owner_id)
    claims.take(work, account.id)
    return account


def _new_contact(work: UnitOfWork, prospect: Prospect, claims: Claims, owner_id: str | None) -> Contact | None:
    if not model.is_person(prospect):
        return None
    contact = model.new_contact(prospect, id=work.new_id(), owner_id=owner_id)
    claims.take(work, contact.id)
    return contact


def _keep(work: UnitOfWork, before: R | None, after: R | None, *happenings: Happening) -> None:
    """Adds what is new, saves what has changed."""
    if after is None or after == before:
        return
    if before is None:
        work.add(after)
    else:
        work.save(after, *happenings)
