"""What the activity service tells single people."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from libs.contracts.event import Event, Snapshot
from libs.contracts.values import Reference


class NotificationState(StrEnum):
    UNREAD = "unread"
    READ = "read"


class NotificationKind(StrEnum):
    """Why somebody is told; there may be further ones."""

    REMINDER = "reminder"
    MENTION = "mention"
    CONVERSION_REFUSED = "conversion_refused"
    """A campaign response could not become what they wanted; the response says why."""


class NotificationSnapshot(Snapshot):
    """It is for its owner alone; `happens_at` is when what it is about begins or is due."""

    state: NotificationState
    kind: str
    title: str
    about: Reference
    happens_at: datetime | None = None
    created_at: datetime


class NotificationCreated(Event[NotificationSnapshot], type="activity.notification.created"):
    pass


class NotificationRead(Event[NotificationSnapshot], type="activity.notification.read"):
    pass


class NotificationUnread(Event[NotificationSnapshot], type="activity.notification.unread"):
    """Its owner wants to look at it once more."""


EVENTS: Final[tuple[type[Event[Any]], ...]] = (NotificationCreated, NotificationRead, NotificationUnread)
