"""What the activity service announces: each type of activity is an aggregate of its own, `activity.<type>`."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from libs.contracts.event import Event, Searchable, Snapshot
from libs.contracts.values import Reference


class ActivityState(StrEnum):
    OPEN = "open"
    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    CANCELED = "canceled"


class Direction(StrEnum):
    INCOMING = "incoming"
    OUTGOING = "outgoing"


class PartyRole(StrEnum):
    """What somebody has to do with an activity."""

    SENDER = "sender"
    TO = "to"
    CC = "cc"
    BCC = "bcc"
    REQUIRED = "required"
    OPTIONAL = "optional"
    ORGANIZER = "organizer"
    OWNER = "owner"
    CUSTOMER = "customer"
    RESOURCE = "resource"


class PartyResponse(StrEnum):
    """What somebody said to an invitation."""

    NONE = "none"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


class Party(BaseModel):
    """Who takes part: a record (`collection` and `id`), an address, or both."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: PartyRole
    collection: str | None = None
    id: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    response: PartyResponse = PartyResponse.NONE
    responded_at: datetime | None = None


class ActivitySnapshot(Snapshot):
    """What activities of every type have. `occurred_at` is when it took place, of completed ones."""

    searchable: ClassVar = Searchable("activities", title=("subject",), text=("description",))

    type: str
    subject: str
    description: str | None = None
    state: ActivityState
    status_reason: str | None = None
    priority: str
    regarding: Reference | None = None
    parties: tuple[Party, ...] = ()
    due: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    duration_seconds: int | None = None
    outcome: str | None = None
    occurred_at: datetime | None = None
    created_at: datetime


class PhoneCallSnapshot(ActivitySnapshot):
    direction: Direction
    phone_number: str | None = None


class TaskSnapshot(ActivitySnapshot):
    percent_complete: int
    category: str | None = None


class PhoneCallCreated(Event[PhoneCallSnapshot], type="activity.phone_call.created"):
    pass


class PhoneCallUpdated(Event[PhoneCallSnapshot], type="activity.phone_call.updated"):
    pass


class PhoneCallScheduled(Event[PhoneCallSnapshot], type="activity.phone_call.scheduled"):
    pass


class PhoneCallCompleted(Event[PhoneCallSnapshot], type="activity.phone_call.completed"):
    pass


class PhoneCallCanceled(Event[PhoneCallSnapshot], type="activity.phone_call.canceled"):
    pass


class PhoneCallReopened(Event[PhoneCallSnapshot], type="activity.phone_call.reopened"):
    pass


class PhoneCallAssigned(Event[PhoneCallSnapshot], type="activity.phone_call.assigned"):
    pass


class PhoneCallDeleted(Event[PhoneCallSnapshot], type="activity.phone_call.deleted"):
    pass


class PhoneCallRestored(Event[PhoneCallSnapshot], type="activity.phone_call.restored"):
    pass


class TaskCreated(Event[TaskSnapshot], type="activity.task.created"):
    pass


class TaskUpdated(Event[TaskSnapshot], type="activity.task.updated"):
    pass


class TaskScheduled(Event[TaskSnapshot], type="activity.task.scheduled"):
    pass


class TaskCompleted(Event[TaskSnapshot], type="activity.task.completed"):
    pass


class TaskCanceled(Event[TaskSnapshot], type="activity.task.canceled"):
    pass


class TaskReopened(Event[TaskSnapshot], type="activity.task.reopened"):
    pass


class TaskAssigned(Event[TaskSnapshot], type="activity.task.assigned"):
    pass


class TaskDeleted(Event[TaskSnapshot], type="activity.task.deleted"):
    pass


class TaskRestored(Event[TaskSnapshot], type="activity.task.restored"):
    pass


EVENTS: tuple[type[Event[Any]], ...] = (
    PhoneCallCreated,
    PhoneCallUpdated,
    PhoneCallScheduled,
    PhoneCallCompleted,
    PhoneCallCanceled,
    PhoneCallReopened,
    PhoneCallAssigned,
    PhoneCallDeleted,
    PhoneCallRestored,
    TaskCreated,
    TaskUpdated,
    TaskScheduled,
    TaskCompleted,
    TaskCanceled,
    TaskReopened,
    TaskAssigned,
    TaskDeleted,
    TaskRestored,
)
