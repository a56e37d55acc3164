"""How pipelines are found: by the id that an opportunity, or somebody who asks, names."""

from libs.domain.refusals import InvalidFields
from libs.store.work import UnitOfWork
from services.sales.pipelines.model import Pipeline


async def named(work: UnitOfWork, pipeline_id: str) -> Pipeline:
    """The one that a request names; raises `InvalidFields` where it is not there, or not for whoever asks."""
    pipeline = await work.look_up(Pipeline, pipeline_id)
    if pipeline is None or not work.sees(pipeline):
        raise InvalidFields.at("/pipeline_id", "unknown_reference", f"no record pipelines/{pipeline_id}")
    return pipeline
