"""What people do with opportunities."""

from typing import Annotated

from pydantic import Field

from libs.contracts.sales import LossReason
from libs.contracts.values import Amount, Value
from libs.domain.fields import Line
from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.sales.documents import commands as documents
from services.sales.leads.model import Lead
from services.sales.opportunities import model
from services.sales.opportunities.model import Opportunity, Stage


class WinOpportunity(Value):
    """What the sale brought; by default what was estimated."""

    actual_value: Amount | None = None


class LoseOpportunity(Value):
    """Why, and to whom."""

    reason: LossReason = LossReason.CANCELED
    competitor: Line | None = None


class MoveOpportunity(Value):
    """To which stage; its own probability holds unless another is given."""

    stage: Stage
    probability: Annotated[int, Field(ge=0, le=100)] | None = None


async def create_opportunity(work: UnitOfWork, draft: Draft) -> Opportunity:
    opportunity = Opportunity.drafted(draft, id=work.new_id())
    if opportunity.lead_id is not None:
        opportunity = model.following(opportunity, await work.get(Lead, opportunity.lead_id))
    priced = model.valued(await documents.price(work, opportunity), before=None)
    return work.add(model.begin(priced, at=work.now, by=work.context.actor_id))


async def change_opportunity(work: UnitOfWork, current: Opportunity, wanted: Opportunity) -> Opportunity:
    priced = await documents.price_changes(work, current, wanted)
    return work.save(model.estimated(model.valued(priced, before=current.estimated_value)))


async def win_opportunity(work: UnitOfWork, opportunity_id: str, request: WinOpportunity) -> Opportunity:
    opportunity = await work.get_target(Opportunity, opportunity_id)
    return work.save(*model.win(opportunity, actual_value=request.actual_value, at=work.now))


async def lose_opportunity(work: UnitOfWork, opportunity_id: str, request: LoseOpportunity) -> Opportunity:
    opportunity = await work.get_target(Opportunity, opportunity_id)
    return work.save(*model.lose(opportunity, reason=request.reason, competitor=request.competitor, at=work.now))


async def reopen_opportunity(work: UnitOfWork, opportunity_id: str) -> Opportunity:
    opportunity = await work.get_target(Opportunity, opportunity_id)
    return work.save(*model.reopen(opportunity, at=work.now, by=work.context.actor_id))


async def move_opportunity(work: UnitOfWork, opportunity_id: str, request: MoveOpportunity) -> Opportunity:
    opportunity = await work.get_target(Opportunity, opportunity_id)
    return work.save(
        *model.move(
            opportunity,
            stage=request.stage,
            probability=request.probability,
            at=work.now,
            by=work.context.actor_id,
        )
    )


async def hold_opportunity(work: UnitOfWork, opportunity_id: str) -> Opportunity:
    return work.save(*model.hold(await work.get_target(Opportunity, opportunity_id)))


async def resume_opportunity(work: UnitOfWork, opportunity_id: str) -> Opportunity:
    return work.save(*model.resume(await work.get_target(Opportunity, opportunity_id)))
