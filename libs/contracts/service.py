"""What the service department announces: cases."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from libs.contracts.event import Event, Merged, Searchable, Snapshot, Unmerged
from libs.contracts.values import Reference


class CaseState(StrEnum):
    ACTIVE = "active"
    RESOLVED = "resolved"
    CANCELED = "canceled"


class CaseStatus(StrEnum):
    """What a case's moves depend on; each belongs to one state."""

    IN_PROGRESS = "in_progress"
    RESEARCHING = "researching"
    ON_HOLD = "on_hold"
    WAITING_FOR_DETAILS = "waiting_for_details"
    PROBLEM_SOLVED = "problem_solved"
    INFORMATION_PROVIDED = "information_provided"
    CANCELED = "canceled"


class CaseSnapshot(Snapshot):
    """`customer` is an account or a contact; `time_spent_minutes` is of all its resolutions together."""

    searchable: ClassVar = Searchable(
        "cases", title=("title", "number"), subtitle=("customer", "subject"), text=("description", "resolution")
    )

    state: CaseState
    status_reason: CaseStatus
    number: str
    title: str
    description: str | None = None
    customer: Reference
    contact_id: str | None = None
    priority: str
    origin: str | None = None
    type: str | None = None
    subject: str | None = None
    product: str | None = None
    parent_case_id: str | None = None
    escalated_at: datetime | None = None
    resolution: str | None = None
    resolved_at: datetime | None = None
    time_spent_minutes: int = 0
    created_at: datetime | None = None


class CaseCreated(Event[CaseSnapshot], type="service.case.created"):
    pass


class CaseUpdated(Event[CaseSnapshot], type="service.case.updated"):
    pass


class CaseDeleted(Event[CaseSnapshot], type="service.case.deleted"):
    pass


class CaseRestored(Event[CaseSnapshot], type="service.case.restored"):
    pass


class CaseMerged(Merged[CaseSnapshot], type="service.case.merged"):
    """Other cases were found to be about the same matter: their ids lead to this one from now on."""


class CaseUnmerged(Unmerged[CaseSnapshot], type="service.case.unmerged"):
    """One that had been merged into this one is a case of its own again."""


class CaseAssigned(Event[CaseSnapshot], type="service.case.assigned"):
    pass


class CaseChildAdded(Event[CaseSnapshot], type="service.case.child_added"):
    """Another case now belongs under this one."""

    child_case_id: str


class CaseResearched(Event[CaseSnapshot], type="service.case.researched"):
    """Research has begun."""


class CaseHeld(Event[CaseSnapshot], type="service.case.held"):
    """Nobody works on it until it is resumed."""


class CaseResumed(Event[CaseSnapshot], type="service.case.resumed"):
    pass


class CaseEscalated(Event[CaseSnapshot], type="service.case.escalated"):
    reason: str | None = None


class CaseResolved(Event[CaseSnapshot], type="service.case.resolved"):
    """`time_spent_minutes` is what this resolution took."""

    reason: CaseStatus
    resolution: str
    time_spent_minutes: int


class CaseReopened(Event[CaseSnapshot], type="service.case.reopened"):
    pass


class CaseCanceled(Event[CaseSnapshot], type="service.case.canceled"):
    pass


EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    CaseCreated,
    CaseUpdated,
    CaseDeleted,
    CaseRestored,
    CaseMerged,
    CaseUnmerged,
    CaseAssigned,
    CaseChildAdded,
    CaseResearched,
    CaseHeld,
    CaseResumed,
    CaseEscalated,
    CaseResolved,
    CaseReopened,
    CaseCanceled,
)
