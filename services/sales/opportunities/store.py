"""How opportunities are found: by the lead that they came from."""

from collections.abc import Iterable

from libs.contracts.sales import OpportunityState
from libs.store.work import UnitOfWork
from services.sales.opportunities.model import Opportunity


async def of_lead(work: UnitOfWork, lead_id: str) -> Opportunity | None:
    return await work.first(Opportunity, {"lead_id": lead_id})


async def first_open(work: UnitOfWork, lead_ids: Iterable[str]) -> Opportunity | None:
    """The oldest open opportunity of any of these leads."""
    return await work.first(Opportunity, {"lead_id": {"$in": list(lead_ids)}, "state": OpportunityState.OPEN})
