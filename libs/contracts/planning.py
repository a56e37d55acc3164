"""What the sales service announces of how it means to sell: pipelines."""

from datetime import datetime
from typing import Any, Final

from libs.contracts.catalogue import CatalogueState
from libs.contracts.event import Event, Snapshot


class PipelineSnapshot(Snapshot):
    state: CatalogueState
    name: str
    created_at: datetime | None = None


class PipelineCreated(Event[PipelineSnapshot], type="sales.pipeline.created"):
    pass


class PipelineUpdated(Event[PipelineSnapshot], type="sales.pipeline.updated"):
    pass


class PipelineAssigned(Event[PipelineSnapshot], type="sales.pipeline.assigned"):
    pass


class PipelineActivated(Event[PipelineSnapshot], type="sales.pipeline.activated"):
    pass


class PipelineDeactivated(Event[PipelineSnapshot], type="sales.pipeline.deactivated"):
    pass


EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    PipelineCreated,
    PipelineUpdated,
    PipelineAssigned,
    PipelineActivated,
    PipelineDeactivated,
)
