"""What sales makes of campaign responses, as it announces it of the record that one has become."""

from typing import Any

from libs.contracts.campaign_responses import ConversionTarget
from libs.contracts.customers import ContactSnapshot
from libs.contracts.event import Event, Snapshot
from libs.contracts.sales import LeadSnapshot, OpportunitySnapshot


class LeadResponseConverted(Event[LeadSnapshot], type="sales.lead.response_converted"):
    """The lead is what somebody wanted the response to become: made for it, or known before."""

    response_id: str


class OpportunityResponseConverted(Event[OpportunitySnapshot], type="sales.opportunity.response_converted"):
    """The opportunity is what somebody wanted the response to become: of the lead of whoever answered."""

    response_id: str


class ContactResponseConverted(Event[ContactSnapshot], type="sales.contact.response_converted"):
    """The contact is whose answer it was."""

    response_id: str


class ConversionRefusalSnapshot(Snapshot):
    """Why a response cannot become what somebody wanted; `code` is that of the rule that says so."""

    response_id: str
    to: ConversionTarget
    code: str
    detail: str


class ConversionRefusalCreated(Event[ConversionRefusalSnapshot], type="sales.conversion_refusal.created"):
    """The response has become nothing. It may be asked anew, once that is different."""


EVENTS: tuple[type[Event[Any]], ...] = (
    LeadResponseConverted,
    OpportunityResponseConverted,
    ContactResponseConverted,
    ConversionRefusalCreated,
)
