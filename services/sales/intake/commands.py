"""A campaign response that shows interest becomes a lead, or joins the one that its person has."""

from libs.contracts.activity import CampaignResponseSnapshot, Responder
from libs.store.work import UnitOfWork
from services.sales.accounts.model import Account
from services.sales.assignment_rules import commands as assignment_rules
from services.sales.contacts.model import Contact
from services.sales.intake import model
from services.sales.intake.model import Person
from services.sales.leads import model as leads
from services.sales.leads import store
from services.sales.leads.model import Lead
from services.sales.leads.store import OPEN_LEAD


async def take_in_response(work: UnitOfWork, response: CampaignResponseSnapshot) -> None:
    """One lead for a person, however many responses of theirs arrive, and at whatever time."""
    if not model.shows_interest(response):
        return
    person, named = await _identify(work, response.customer or Responder())
    new = model.lead_from(response, person, id=work.new_id())
    # Most people are new, and taking the claim says so. Where somebody has it, this command runs again and reads it
    # first: whoever makes a lead after that moment changes it, so that there is one more run.
    key = new.person_key or f"response:{response.id}"
    holder = await work.claimed_by(OPEN_LEAD, key) if work.attempt > 1 else None
    met = await store.met(work, response.id, new.person_key)
    if any(response.id in lead.response_ids for lead in met):
        return
    known = named or await store.taking(work, met)
    if known is not None:
        work.save(*leads.join_response(known, response_id=response.id, campaign_id=response.campaign_id))
        return
    await assignment_rules.add_lead(work, new)
    work.pass_claim(OPEN_LEAD, key, giver=holder, taker=new.id)


async def _identify(work: UnitOfWork, customer: Responder) -> tuple[Person, Lead | None]:
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
