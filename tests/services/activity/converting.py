"""What sales has made of a response, as the activity service hears it."""

from typing import Any

from libs.contracts.conversions import LeadResponseConverted, OpportunityResponseConverted
from libs.contracts.envelope import Envelope
from libs.store.inbox import guarded
from libs.store.work import UnitOfWork
from libs.web.executing import STORE
from services.activity.conversions.consumers import note_conversion
from tests.support.events import envelope
from tests.support.services import Running

LEAD: dict[str, Any] = {"id": "lead-1", "full_name": "Ann Lee", "state": "open"}
OPPORTUNITY: dict[str, Any] = {"id": "opportunity-1", "name": "Cards", "state": "open", "stage": "proposal"}


def lead_of(response_id: str, lead: dict[str, Any] = LEAD) -> Envelope:
    return envelope(LeadResponseConverted.type, "leads", lead, response_id=response_id)


def opportunity_of(response_id: str) -> Envelope:
    return envelope(OpportunityResponseConverted.type, "opportunities", OPPORTUNITY, response_id=response_id)


async def hear(activity: Running, event: Envelope) -> None:
    kinds = {kind.type: kind for kind in (LeadResponseConverted, OpportunityResponseConverted)}

    async def handle(work: UnitOfWork) -> None:
        await note_conversion.handle(work, kinds[event.type].received(event))

    await guarded(activity.app[STORE], note_conversion.name, event, handle)
