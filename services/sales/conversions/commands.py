"""A campaign response becomes what somebody wanted it to, once."""

from libs.contracts.campaign_responses import CampaignResponseSnapshot, ConversionTarget, Responder
from libs.contracts.conversions import ContactResponseConverted, LeadResponseConverted, OpportunityResponseConverted
from libs.contracts.sales import LeadState
from libs.domain.refusals import NotFound, Refusal, Unavailable
from libs.store.work import UnitOfWork
from services.sales.contacts.model import Contact
from services.sales.conversions.model import ConversionRefusal
from services.sales.customers import commands as customers
from services.sales.intake import commands as intake
from services.sales.leads import commands as lead_commands
from services.sales.leads import model as leads
from services.sales.leads.commands import QualifyLead
from services.sales.opportunities.model import Opportunity


async def answer_request(
    work: UnitOfWork, response: CampaignResponseSnapshot, *, to: ConversionTarget, contact_id: str | None
) -> None:
    """Converts the response; where a rule does not allow it, that is the answer, and nothing of it is kept."""
    try:
        await convert_response(work, response, to=to, contact_id=contact_id)
    except Unavailable:
        raise
    except Refusal as refusal:
        work.discard()
        work.add(
            ConversionRefusal(
                id=work.new_id(),
                owner_id=response.owner_id,
                response_id=response.id,
                to=to,
                code=refusal.code,
                detail=refusal.detail,
            )
        )


async def convert_response(
    work: UnitOfWork, response: CampaignResponseSnapshot, *, to: ConversionTarget, contact_id: str | None
) -> None:
    """What there is for the response already is announced as that: asked again, it makes nothing new."""
    match to:
        case ConversionTarget.LEAD:
            work.save(await intake.lead_of(work, response), LeadResponseConverted(response_id=response.id))
        case ConversionTarget.OPPORTUNITY:
            opportunity = await _opportunity_of(work, response)
            work.save(opportunity, OpportunityResponseConverted(response_id=response.id))
        case ConversionTarget.CONTACT:
            contact = await (work.get(Contact, contact_id) if contact_id else _contact_of(work, response))
            work.save(contact, ContactResponseConverted(response_id=response.id))


async def _opportunity_of(work: UnitOfWork, response: CampaignResponseSnapshot) -> Opportunity:
    """That of the lead, which is qualified for it where it was not; one that was given up is open again."""
    lead = await intake.lead_of(work, response)
    if lead.opportunity_id is not None:
        return await work.get(Opportunity, lead.opportunity_id)
    if lead.state is LeadState.DISQUALIFIED:
        work.save(*leads.reactivate(lead))
    qualified = await lead_commands.qualify_lead(work, lead.id, QualifyLead())
    return await work.get(Opportunity, qualified["opportunity"].id)


async def _contact_of(work: UnitOfWork, response: CampaignResponseSnapshot) -> Contact:
    """The contact whom the response leads to, else one with its particulars, else a new one."""
    person, _ = await intake.identify(work, response.customer or Responder())
    if person.contact_id is not None:
        return await work.get(Contact, person.contact_id)
    customer = await customers.link_customer(work, person.particulars, owner_id=response.owner_id, sold=False)
    if customer.contact is None:
        raise NotFound("the response tells of nobody who could be a contact")
    return customer.contact
