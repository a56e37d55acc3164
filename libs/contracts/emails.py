"""What the activity service announces of e-mails."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from libs.contracts.activity import ActivitySnapshot, Direction
from libs.contracts.attachments import AttachedFile
from libs.contracts.event import Event


class DeliveryOutcome(StrEnum):
    """What became of an e-mail for one recipient."""

    TAKEN = "taken"
    REFUSED = "refused"
    BOUNCED = "bounced"


class EmailDelivery(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    email: str
    outcome: DeliveryOutcome
    code: str | None = None
    detail: str | None = None
    at: datetime


class EmailFile(AttachedFile):
    """What goes with an e-mail."""


class EmailSnapshot(ActivitySnapshot):
    """`description` is the beginning of the text; `thread_id` the first e-mail of the conversation, or the
    appointment that it is about.

    `automatic`: written by a machine, so that it is not to be answered by one.
    """

    direction: Direction
    message_id: str | None = None
    in_reply_to: str | None = None
    thread_id: str | None = None
    attachments: tuple[EmailFile, ...] = ()
    deliveries: tuple[EmailDelivery, ...] = ()
    automatic: bool = False


class EmailCreated(Event[EmailSnapshot], type="activity.email.created"):
    pass


class EmailUpdated(Event[EmailSnapshot], type="activity.email.updated"):
    pass


class EmailScheduled(Event[EmailSnapshot], type="activity.email.scheduled"):
    """It is to be sent; `start` says from when on."""


class EmailCompleted(Event[EmailSnapshot], type="activity.email.completed"):
    """The mail server took it, at least for some of those whom it is for."""


class EmailFailed(Event[EmailSnapshot], type="activity.email.failed"):
    """The mail server took it for nobody; `deliveries` say why."""


class EmailBounced(Event[EmailSnapshot], type="activity.email.bounced"):
    """It was taken, and came back afterwards."""


class EmailReceived(Event[EmailSnapshot], type="activity.email.received"):
    """It came in from outside. With `status_reason` unmatched nobody knows yet whom or what it is about."""


class EmailCanceled(Event[EmailSnapshot], type="activity.email.canceled"):
    pass


class EmailReopened(Event[EmailSnapshot], type="activity.email.reopened"):
    pass


class EmailAssigned(Event[EmailSnapshot], type="activity.email.assigned"):
    pass


class EmailDeleted(Event[EmailSnapshot], type="activity.email.deleted"):
    pass


class EmailRestored(Event[EmailSnapshot], type="activity.email.restored"):
    pass


EVENTS: tuple[type[Event[Any]], ...] = (
    EmailCreated,
    EmailUpdated,
    EmailScheduled,
    EmailCompleted,
    EmailFailed,
    EmailBounced,
    EmailReceived,
    EmailCanceled,
    EmailReopened,
    EmailAssigned,
    EmailDeleted,
    EmailRestored,
)
