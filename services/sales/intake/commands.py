"""A campaign response that shows interest becomes a lead, or joins the one that its person has.

One that wants no contact is the proof of that, wherever its person is known.
"""

from collections.abc import Mapping, Sequence

from libs.contracts.campaign_responses import CampaignResponseSnapshot, Responder
from libs.store.claiming import claim, holder_of
from libs.store.work import UnitOfWork
from services.sales.accounts.model import Account
from services.sales.assignment_rules import commands as assignment_rules
from services.sales.consents import model as consents
from services.sales.contacts.model import Contact
from services.sales.customers import model as customers
from services.sales.intake import model
from services.sales.intake.model import Person
from services.sales.leads import model as leads
from services.sales.leads import store
from services.sales.leads.model import Lead


async def take_in_response(work: UnitOfWork, response: CampaignResponseSnapshot) -> None:
    if model.shows_interest(response):
        await lead_of(work, response)
    elif model.refuses_contact(response):
        await _refuse_contact(work, response)


async def lead_of(work: UnitOfWork, response: CampaignResponseSnapshot) -> Lead:
    """The one open lead of a person, however many responses of theirs arrive, and whenever."""
    person, named = await identify(work, response.customer or Responder())
    new = model.lead_from(response, person, id=work.new_id())
    # Most people are new, and taking the claim says so. Where somebody has it, this command runs again and reads it
    # first: whoever makes a lead after that moment changes it, so that there is one more run.
    claimed = store.open_lead(new.person_key or f"response:{response.id}")
    holder = await holder_of(work, Lead, claimed) if work.attempt > 1 else None
    met = await store.met(work, response.id, new.person_key)
    knowing = next((lead for lead in met if response.id in lead.response_ids), None)
    if knowing is not None:
        return knowing
    known = named or await store.taking(work, met)
    if known is not None:
        return work.save(*leads.join_response(known, response_id=response.id, campaign_id=response.campaign_id))
    lead = await assignment_rules.add_lead(work, new)
    claim(work, lead, claimed, giver=holder)
    return lead


async def _refuse_contact(work: UnitOfWork, response: CampaignResponseSnapshot) -> None:
    """Every lead and contact of whoever answered says so, each once."""
    person, _ = await identify(work, response.customer or Responder())
    proofs = model.refusals(response, now=work.now, by=work.context.actor_id)
    for holder in await _entries_of(work, person, response):
        refusing = consents.refusing(holder, proofs)
        if refusing != holder:
            work.save(refusing, consents.changed(holder, refusing))


async def _entries_of(work: UnitOfWork, person: Person, response: CampaignResponseSnapshot) -> Sequence[Lead | Contact]:
    """The leads and contacts that the person is: whom the response leads to, and whoever has the same particulars."""
    customer = response.customer or Responder()
    keys = list(customers.keys_of(person.particulars))
    known_as: list[Mapping[str, object]] = [{"person_keys": {"$in": keys}}] if keys else []
    if person.contact_id is not None:
        known_as.append({"_id": person.contact_id})
    contacts = await work.recognise(Contact, {"$or": known_as}) if known_as else []
    key = model.lead_from(response, person, id=response.id).person_key
    theirs: list[Mapping[str, object]] = [{"person_key": key}] if key is not None else []
    if customer.collection == Lead.collection and customer.id is not None:
        theirs.append({"_id": customer.id})
    found = await work.recognise(Lead, {"$or": theirs}, limit=store.MOST_OF_ONE_PERSON) if theirs else []
    return [*contacts, *found]


async def identify(work: UnitOfWork, customer: Responder) -> tuple[Person, Lead | None]:
    """Who has answered, and the lead that the response names, where that still takes answers."""
    match customer.collection, customer.id:
        case "contacts", str(id_):
            if (contact := await work.look_up(Contact, id_)) is not None:
                account = await work.look_up(Account, contact.account_id) if contact.account_id else None
                return model.of_contact(contact, account), None
        case "accounts", str(id_):
            if (account := await work.look_up(Account, id_)) is not None:
                return model.of_account(account), None
        case "leads", str(id_):
            if (lead := await work.look_up(Lead, id_)) is not None:
                return model.of_lead(lead), await store.taking(work, [lead])
    return model.described(customer), None
