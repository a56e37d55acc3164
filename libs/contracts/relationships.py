"""What the sales service announces of how people and companies stand to each other."""

from datetime import datetime
from typing import Any, Final

from libs.contracts.customers import CustomerState
from libs.contracts.event import Event, Snapshot
from libs.contracts.values import Day, Reference


class RelationshipSnapshot(Snapshot):
    """`party` is the `role` of `other`, which is the `reverse_role` of `party`."""

    state: CustomerState
    party: Reference
    role: str
    other: Reference
    reverse_role: str
    since: Day | None = None
    until: Day | None = None
    created_at: datetime | None = None


class RelationshipCreated(Event[RelationshipSnapshot], type="sales.relationship.created"):
    pass


class RelationshipUpdated(Event[RelationshipSnapshot], type="sales.relationship.updated"):
    pass


class RelationshipDeleted(Event[RelationshipSnapshot], type="sales.relationship.deleted"):
    pass


class RelationshipRestored(Event[RelationshipSnapshot], type="sales.relationship.restored"):
    pass


class RelationshipAssigned(Event[RelationshipSnapshot], type="sales.relationship.assigned"):
    pass


class RelationshipActivated(Event[RelationshipSnapshot], type="sales.relationship.activated"):
    pass


class RelationshipDeactivated(Event[RelationshipSnapshot], type="sales.relationship.deactivated"):
    pass


EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    RelationshipCreated,
    RelationshipUpdated,
    RelationshipDeleted,
    RelationshipRestored,
    RelationshipAssigned,
    RelationshipActivated,
    RelationshipDeactivated,
)
