"""What people do with opportunities."""

from typing import Annotated

from pydantic import Field

from libs.contracts.sales import LossReason
from libs.contracts.values import Amount, Value
from libs.domain.fields import Line
from libs.domain.record import Draft
from libs.domain.refusals import InvalidFields
from libs.store.work import UnitOfWork
from services.sales.competitors.model import Competitor
from services.sales.documents import commands as documents
from services.sales.leads.model import Lead
from services.sales.opportunities import model
from services.sales.opportunities.model import Opportunity
from services.sales.orders.model import OpportunityHasOrder
from services.sales.orders.store import sold_by
from services.sales.pipelines import store as pipelines
from services.sales.pipelines.model import Pipeline, StageName
from services.sales.stages import model as stages


class WinOpportunity(Value):
    """What the sale brought, by default what was estimated, and why it was made."""

    actual_value: Amount | None = None
    note: Line | None = None


class LoseOpportunity(Value):
    """Why, and to whom: a competitor that is known, or the name of one that is not."""

    reason: LossReason = LossReason.CANCELED
    competitor_id: Line | None = None
    competitor: Line | None = None
    note: Line | None = None


class ReopenOpportunity(Value):
    """Why it goes on."""

    note: Line | None = None


class MoveOpportunity(Value):
    """To which stage, of another pipeline where one is named; its own probability holds unless another is given."""

    stage: StageName
    pipeline_id: Line | None = None
    probability: Annotated[int, Field(ge=0, le=100)] | None = None


async def create_opportunity(work: UnitOfWork, draft: Draft) -> Opportunity:
    opportunity = Opportunity.drafted(draft, id=work.new_id())
    if opportunity.lead_id is not None:
        opportunity = model.following(opportunity, await work.get(Lead, opportunity.lead_id))
    priced = model.valued(await documents.price(work, opportunity), before=None)
    pipeline = await work.get(Pipeline, opportunity.pipeline_id)
    model.require_whole(priced)
    return work.add(stages.begin(priced, pipeline, at=work.now, by=work.context.actor_id))


async def change_opportunity(work: UnitOfWork, current: Opportunity, wanted: Opportunity) -> Opportunity:
    priced = await documents.price_changes(work, current, wanted)
    changed = model.valued(priced, before=current.estimated_value)
    if stages.is_emptied(current, changed):
        changed = stages.refilled(current, changed, await work.get(Pipeline, current.pipeline_id))
    return work.save(model.require_open_forecast(model.require_whole(changed)))


async def win_opportunity(work: UnitOfWork, opportunity_id: str, request: WinOpportunity) -> Opportunity:
    opportunity = await work.get_target(Opportunity, opportunity_id)
    return work.save(*model.win(opportunity, actual_value=request.actual_value, note=request.note, at=work.now))


async def lose_opportunity(work: UnitOfWork, opportunity_id: str, request: LoseOpportunity) -> Opportunity:
    opportunity = await work.get_target(Opportunity, opportunity_id)
    rival = await _rival(work, request.competitor_id) if request.competitor_id else None
    return work.save(
        *model.lose(
            opportunity,
            reason=request.reason,
            competitor=request.competitor,
            rival=rival,
            note=request.note,
            at=work.now,
        )
    )


async def _rival(work: UnitOfWork, competitor_id: str) -> Competitor:
    competitor = await work.look_up(Competitor, competitor_id)
    if competitor is None or not work.sees(competitor):
        raise InvalidFields.at("/competitor_id", "unknown_reference", f"no record competitors/{competitor_id}")
    return competitor


async def reopen_opportunity(work: UnitOfWork, opportunity_id: str, request: ReopenOpportunity) -> Opportunity:
    opportunity = await work.get_target(Opportunity, opportunity_id)
    if (order := await sold_by(work, opportunity.id)) is not None:
        raise OpportunityHasOrder(order.id, order.number)
    pipeline = await work.get(Pipeline, opportunity.pipeline_id)
    by = work.context.actor_id
    return work.save(*stages.reopen(opportunity, pipeline, note=request.note, at=work.now, by=by))


async def move_opportunity(work: UnitOfWork, opportunity_id: str, request: MoveOpportunity) -> Opportunity:
    opportunity = await work.get_target(Opportunity, opportunity_id)
    return work.save(
        *stages.move(
            opportunity,
            await _pipeline(work, opportunity, request.pipeline_id),
            stage=request.stage,
            probability=request.probability,
            at=work.now,
            by=work.context.actor_id,
        )
    )


async def _pipeline(work: UnitOfWork, opportunity: Opportunity, asked: str | None) -> Pipeline:
    return await (pipelines.named(work, asked) if asked else work.get(Pipeline, opportunity.pipeline_id))


async def hold_opportunity(work: UnitOfWork, opportunity_id: str) -> Opportunity:
    return work.save(*model.hold(await work.get_target(Opportunity, opportunity_id)))


async def resume_opportunity(work: UnitOfWork, opportunity_id: str) -> Opportunity:
    return work.save(*model.resume(await work.get_target(Opportunity, opportunity_id), at=work.now))
