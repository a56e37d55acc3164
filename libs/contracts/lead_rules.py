"""What the sales service announces of the rules by which leads are scored and assigned."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from libs.contracts.event import Event, Snapshot


class RuleState(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"


class ScoringRuleSnapshot(Snapshot):
    state: RuleState
    name: str
    condition: str
    points: int
    created_at: datetime | None = None


class AssignmentRuleSnapshot(Snapshot):
    state: RuleState
    name: str
    position: int
    condition: str | None = None
    created_at: datetime | None = None


class ScoringRuleCreated(Event[ScoringRuleSnapshot], type="sales.scoring_rule.created"):
    pass


class ScoringRuleUpdated(Event[ScoringRuleSnapshot], type="sales.scoring_rule.updated"):
    pass


class ScoringRuleAssigned(Event[ScoringRuleSnapshot], type="sales.scoring_rule.assigned"):
    pass


class ScoringRuleActivated(Event[ScoringRuleSnapshot], type="sales.scoring_rule.activated"):
    pass


class ScoringRuleDeactivated(Event[ScoringRuleSnapshot], type="sales.scoring_rule.deactivated"):
    pass


class AssignmentRuleCreated(Event[AssignmentRuleSnapshot], type="sales.assignment_rule.created"):
    pass


class AssignmentRuleUpdated(Event[AssignmentRuleSnapshot], type="sales.assignment_rule.updated"):
    pass


class AssignmentRuleDeleted(Event[AssignmentRuleSnapshot], type="sales.assignment_rule.deleted"):
    pass


class AssignmentRuleRestored(Event[AssignmentRuleSnapshot], type="sales.assignment_rule.restored"):
    pass


class AssignmentRuleAssigned(Event[AssignmentRuleSnapshot], type="sales.assignment_rule.assigned"):
    pass


class AssignmentRuleActivated(Event[AssignmentRuleSnapshot], type="sales.assignment_rule.activated"):
    pass


class AssignmentRuleDeactivated(Event[AssignmentRuleSnapshot], type="sales.assignment_rule.deactivated"):
    pass


EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    ScoringRuleCreated,
    ScoringRuleUpdated,
    ScoringRuleAssigned,
    ScoringRuleActivated,
    ScoringRuleDeactivated,
    AssignmentRuleCreated,
    AssignmentRuleUpdated,
    AssignmentRuleDeleted,
    AssignmentRuleRestored,
    AssignmentRuleAssigned,
    AssignmentRuleActivated,
    AssignmentRuleDeactivated,
)
