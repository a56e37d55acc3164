"""Which responses make leads, the lead that a response makes, and what one that wants no contact proves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from libs.contracts.activity import ActivityState
from libs.contracts.campaign_responses import CampaignResponseSnapshot, Channel, Responder, Response
from libs.contracts.consent import ConsentChannel, ConsentProof, ConsentStatus
from services.sales.accounts.model import Account
from services.sales.contacts.model import Contact
from services.sales.leads import model as leads
from services.sales.leads.model import Lead, LeadSource
from services.sales.opportunities.model import Prospect

_LONGEST_NAME_PART = 100


@dataclass(frozen=True, slots=True)
class Person:
    """Who has answered: their particulars, and the records that they are known by."""

    particulars: Prospect
    account_id: str | None = None
    contact_id: str | None = None


def shows_interest(response: CampaignResponseSnapshot) -> bool:
    return response.response is Response.INTERESTED and response.state is not ActivityState.CANCELED


def refuses_contact(response: CampaignResponseSnapshot) -> bool:
    return response.response is Response.DO_NOT_CONTACT and response.state is not ActivityState.CANCELED


_REFUSED_BY: Final[Mapping[Channel, ConsentChannel]] = {
    Channel.EMAIL: ConsentChannel.EMAIL,
    Channel.PHONE_CALL: ConsentChannel.PHONE,
    Channel.SMS: ConsentChannel.SMS,
    Channel.LETTER: ConsentChannel.LETTER,
    Channel.FAX: ConsentChannel.FAX,
    Channel.SOCIAL: ConsentChannel.SOCIAL,
}


def refusals(response: CampaignResponseSnapshot, *, now: datetime, by: str | None) -> tuple[ConsentProof, ...]:
    """That the channel of the answer is refused; every channel, where the answer came by none that consent is about."""
    channel = _REFUSED_BY.get(response.channel) if response.channel else None
    return tuple(
        ConsentProof(
            channel=each,
            status=ConsentStatus.REFUSED,
            at=min(response.occurred_at or response.created_at, now),
            source=f"campaign response {response.id}",
            recorded_by=by,
        )
        for each in ([channel] if channel else ConsentChannel)
    )


def described(customer: Responder) -> Person:
    """A person as the response itself describes them."""
    first_name, last_name = customer.first_name, customer.last_name
    if not (first_name or last_name) and customer.name:
        first_name, _, last_name = customer.name.strip().rpartition(" ")
    return Person(
        Prospect(
            first_name=(first_name or "")[:_LONGEST_NAME_PART] or None,
            last_name=(last_name or "")[:_LONGEST_NAME_PART] or None,
            email=customer.email,
            phone=customer.phone,
            company_name=customer.company_name or None,
        )
    )


def of_contact(contact: Contact, account: Account | None) -> Person:
    known = {name: getattr(contact, name) for name in Prospect.model_fields if name in Contact.model_fields}
    company_name = account.name if account else None
    particulars = Prospect.model_validate({**known, "company_name": company_name})
    return Person(particulars, account_id=contact.account_id, contact_id=contact.id)


def of_account(account: Account) -> Person:
    particulars = Prospect(company_name=account.name, email=account.email, phone=account.phone, address=account.address)
    return Person(particulars, account_id=account.id)


def of_lead(lead: Lead) -> Person:
    return Person(Prospect.of(lead), account_id=lead.account_id, contact_id=lead.contact_id)


def lead_from(response: CampaignResponseSnapshot, person: Person, *, id: str) -> Lead:
    """A new lead, as its campaign response tells of it."""
    lead = Lead(
        id=id,
        owner_id=response.owner_id,
        topic=response.subject,
        source=LeadSource.CAMPAIGN,
        source_campaign_id=response.campaign_id,
        response_ids=(response.id,),
        account_id=person.account_id,
        contact_id=person.contact_id,
        **person.particulars.__dict__,
    )
    return leads.named(lead)
