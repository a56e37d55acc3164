"""What the sales service announces of how it means to sell, and how much: pipelines and goals."""

from datetime import datetime
from typing import Any, Final

from libs.contracts.catalogue import CatalogueState
from libs.contracts.event import Event, Snapshot
from libs.contracts.values import Currency, Day, Money, Value


class PipelineStage(Value):
    """Where sales stand: `probability` is in percent."""

    name: str
    label: str | None = None
    probability: int
    forecast_category: str


class PipelineSnapshot(Snapshot):
    """`stages` are in their order."""

    state: CatalogueState
    name: str
    stages: tuple[PipelineStage, ...] = ()
    created_at: datetime | None = None


class GoalSnapshot(Snapshot):
    """`target` is an amount of the currency, or a number, as the `metric` says."""

    state: CatalogueState
    name: str
    metric: str
    user_id: str | None = None
    team_id: str | None = None
    starts_on: Day
    ends_on: Day
    target: Money
    currency: Currency
    parent_goal_id: str | None = None
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


class GoalCreated(Event[GoalSnapshot], type="sales.goal.created"):
    pass


class GoalUpdated(Event[GoalSnapshot], type="sales.goal.updated"):
    pass


class GoalDeleted(Event[GoalSnapshot], type="sales.goal.deleted"):
    pass


class GoalRestored(Event[GoalSnapshot], type="sales.goal.restored"):
    pass


class GoalAssigned(Event[GoalSnapshot], type="sales.goal.assigned"):
    pass


class GoalActivated(Event[GoalSnapshot], type="sales.goal.activated"):
    pass


class GoalDeactivated(Event[GoalSnapshot], type="sales.goal.deactivated"):
    pass


EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    PipelineCreated,
    PipelineUpdated,
    PipelineAssigned,
    PipelineActivated,
    PipelineDeactivated,
    GoalCreated,
    GoalUpdated,
    GoalDeleted,
    GoalRestored,
    GoalAssigned,
    GoalActivated,
    GoalDeactivated,
)
