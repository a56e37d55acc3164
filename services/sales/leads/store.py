"""How leads are found: by the response they have met, and by the person who answers."""

from collections.abc import Sequence
from typing import Any, Final

from libs.contracts.sales import LeadState
from libs.store.work import UnitOfWork
from services.sales.leads.model import Lead
from services.sales.opportunities import store as opportunities

MOST_OF_ONE_PERSON: Final = 1000


def open_lead(key: str) -> str:
    """The claim of one person's answers: whoever makes a lead for them takes it, so that two at once make one."""
    return f"open_lead|{key}"


async def met(work: UnitOfWork, response_id: str, person_key: str | None) -> list[Lead]:
    """The leads that know the response, and those of its person that may take it; oldest first, by one look."""
    knowing: dict[str, Any] = {"response_ids": response_id}
    if person_key is None:
        return await work.recognise(Lead, knowing)
    theirs = {"person_key": person_key, "state": {"$in": [LeadState.OPEN, LeadState.QUALIFIED]}}
    return await work.recognise(Lead, {"$or": [knowing, theirs]}, limit=MOST_OF_ONE_PERSON)


async def taking(work: UnitOfWork, leads: Sequence[Lead]) -> Lead | None:
    """Which of them takes further answers: the first that is open, else the one whose opportunity is open."""
    for lead in leads:
        if lead.state is LeadState.OPEN:
            return lead
    return await _with_open_opportunity(work, [lead for lead in leads if lead.state is LeadState.QUALIFIED])


async def takes_answers(work: UnitOfWork, lead: Lead) -> bool:
    return await taking(work, [lead]) is not None


async def _with_open_opportunity(work: UnitOfWork, leads: Sequence[Lead]) -> Lead | None:
    opportunity = await opportunities.first_open(work, [lead.id for lead in leads]) if leads else None
    return next((lead for lead in leads if opportunity is not None and lead.id == opportunity.lead_id), None)
