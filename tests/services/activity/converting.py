"""What sales answers to a response that is to become something, as the activity service hears it."""

from typing import Any

from libs.contracts.conversions import (
    ConversionRefusalCreated,
    LeadResponseConverted,
    OpportunityResponseConverted,
)
from libs.contracts.envelope import Envelope
from libs.store.inbox import guarded
from libs.store.work import UnitOfWork
from libs.web.executing import STORE
from services.activity.conversions.consumers import note_conversion, note_refusal
from tests.support.events import envelope
from tests.support.services import Running

LEAD: dict[str, Any] = {"id": "lead-1", "full_name": "Ann Lee", "state": "open"}
OPPORTUNITY: dict[str, Any] = {"id": "opportunity-1", "name": "Cards", "state": "open", "stage": "proposal"}


def lead_of(response_id: str, lead: dict[str, Any] = LEAD) -> Envelope:
    return envelope(LeadResponseConverted.type, "leads", lead, response_id=response_id)


def opportunity_of(response_id: str) -> Envelope:
    return envelope(OpportunityResponseConverted.type, "opportunities", OPPORTUNITY, response_id=response_id)


def refusal_of(response_id: str, to: str = "lead") -> Envelope:
    told = {"id": "refusal-1", "response_id": response_id, "to": to, "code": "not_found", "detail": "no contact bob"}
    return envelope(ConversionRefusalCreated.type, "conversion_refusals", told)


async def hear(activity: Running, event: Envelope) -> None:
    [(kind, consumer)] = [
        (kind, consumer)
        for consumer in (note_conversion, note_refusal)
        for kind in consumer.topics
        if not isinstance(kind, str) and kind.type == event.type
    ]

    async def handle(work: UnitOfWork) -> None:
        await consumer.handle(work, kind.received(event))

    await guarded(activity.app[STORE], consumer.name, event, handle, makes=consumer.makes)
