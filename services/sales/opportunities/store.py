"""How opportunities are found: by the lead that they came from, and by the stage that they are in."""

from collections.abc import Iterable

from libs.contracts.sales import OpportunityState
from libs.store.work import UnitOfWork
from services.sales.opportunities.model import Opportunity


async def of_lead(work: UnitOfWork, lead_id: str) -> Opportunity | None:
    return await work.first(Opportunity, {"lead_id": lead_id})


async def first_open(work: UnitOfWork, lead_ids: Iterable[str]) -> Opportunity | None:
    """The oldest open opportunity of any of these leads."""
    return await work.first(Opportunity, {"lead_id": {"$in": list(lead_ids)}, "state": OpportunityState.OPEN})


async def count_open(work: UnitOfWork, pipeline_id: str, stages: Iterable[str]) -> dict[str, int]:
    """How many open opportunities are in each of these stages."""
    opportunities = work.store.collection(Opportunity.collection)
    there = {"pipeline_id": pipeline_id, "state": OpportunityState.OPEN, "_deleted": None}
    return {name: await opportunities.count_documents({**there, "stage": name}) for name in stages}
