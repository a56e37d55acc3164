"""What sales makes of campaign responses, as it announces it of the record that one has become."""

from typing import Any

from libs.contracts.event import Event
from libs.contracts.sales import ContactSnapshot, LeadSnapshot, OpportunitySnapshot


class LeadResponseConverted(Event[LeadSnapshot], type="sales.lead.response_converted"):
    """The lead is what somebody wanted the response to become: made for it, or known before."""

    response_id: str


class OpportunityResponseConverted(Event[OpportunitySnapshot], type="sales.opportunity.response_converted"):
    """The opportunity is what somebody wanted the response to become: of the lead of whoever answered."""

    response_id: str


class ContactResponseConverted(Event[ContactSnapshot], type="sales.contact.response_converted"):
    """The contact is whose answer it was."""

    response_id: str


EVENTS: tuple[type[Event[Any]], ...] = (LeadResponseConverted, OpportunityResponseConverted, ContactResponseConverted)
