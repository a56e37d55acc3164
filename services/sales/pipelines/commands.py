"""What sales managers do with pipelines."""

from typing import Final

from libs.domain.record import Draft, draft_of
from libs.store.work import UnitOfWork
from services.sales.opportunities import store as opportunities
from services.sales.opportunities.model import Opportunity
from services.sales.pipelines import model
from services.sales.pipelines.model import Pipeline

_FILLED_IN: Final = frozenset(draft_of(Opportunity).model_fields)


async def create_pipeline(work: UnitOfWork, draft: Draft) -> Pipeline:
    return work.add(model.require_sound(Pipeline.drafted(draft, id=work.new_id()), known_fields=_FILLED_IN))


async def change_pipeline(work: UnitOfWork, current: Pipeline, wanted: Pipeline) -> Pipeline:
    model.require_sound(wanted, known_fields=_FILLED_IN)
    if going := model.removed_stages(current, wanted):
        model.require_unused(await opportunities.count_open(work, current.id, going))
    return work.save(wanted)


async def deactivate_pipeline(work: UnitOfWork, pipeline_id: str) -> Pipeline:
    return work.save(*model.deactivate(await work.get_target(Pipeline, pipeline_id)))


async def activate_pipeline(work: UnitOfWork, pipeline_id: str) -> Pipeline:
    return work.save(*model.activate(await work.get_target(Pipeline, pipeline_id)))
