"""How leads are found: by the response they have met, and by the person who answers."""

from collections.abc import Sequence
from typing import Final

from libs.contracts.sales import LeadState
from libs.store.work import UnitOfWork
from services.sales.leads.model import Lead
from services.sales.opportunities import store as opportunities

OPEN_LEAD: Final = "open_lead"
"""The claim of one person's answers: whoever makes a lead for them takes it, so that two at once make one."""


async def of_response(work: UnitOfWork, response_id: str) -> Lead | None:
    return await work.first(Lead, {"response_ids": response_id})


async def of_person(work: UnitOfWork, person_key: str) -> Lead | None:
    """The person's open lead, else the one whose opportunity is open."""
    lead = await work.first(Lead, {"person_key": person_key, "state": LeadState.OPEN})
    if lead is not None:
        return lead
    qualified = await work.find(Lead, {"person_key": person_key, "state": LeadState.QUALIFIED})
    return await with_open_opportunity(work, qualified)


async def takes_answers(work: UnitOfWork, lead: Lead) -> bool:
    """Whether the lead or its opportunity is open, so that further answers belong to it."""
    if lead.state is LeadState.QUALIFIED:
        return await with_open_opportunity(work, [lead]) is not None
    return lead.state is LeadState.OPEN


async def with_open_opportunity(work: UnitOfWork, leads: Sequence[Lead]) -> Lead | None:
    opportunity = await opportunities.first_open(work, [lead.id for lead in leads]) if leads else None
    return next((lead for lead in leads if opportunity is not None and lead.id == opportunity.lead_id), None)
