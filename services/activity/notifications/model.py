"""The notification: what one person is told, until they have read it."""

from datetime import datetime
from typing import Annotated, Final

from libs.contracts.notifications import NotificationKind, NotificationRead, NotificationState, NotificationUnread
from libs.contracts.values import Moment, Reference
from libs.domain.fields import GUARDED, LISTED, Line
from libs.domain.personal import Personal
from libs.domain.record import Index, Record


class Notification(Record, collection="notifications", aggregate="activity.notification"):
    """It is its owner's alone. `about` is called as it was then; `happens_at` is when that begins or is due."""

    personal = Personal(texts=("title", "about.name"), belongs_to={"about": None})
    indexes = (Index(("owner_id", "state")),)

    state: Annotated[NotificationState, GUARDED, LISTED] = NotificationState.UNREAD
    kind: Annotated[NotificationKind, GUARDED, LISTED]
    title: Annotated[Line, GUARDED, LISTED]
    about: Annotated[Reference, GUARDED, LISTED]
    happens_at: Annotated[Moment | None, GUARDED, LISTED] = None
    read_at: Annotated[Moment | None, GUARDED, LISTED] = None


def read(notification: Notification, *, at: datetime) -> tuple[Notification, NotificationRead]:
    return notification.evolve(state=NotificationState.READ, read_at=at), NotificationRead()


def unread(notification: Notification) -> tuple[Notification, NotificationUnread]:
    """To be looked at once more."""
    return notification.evolve(state=NotificationState.UNREAD, read_at=None), NotificationUnread()


MOST_AT_ONCE: Final = 500
"""Notifications that are marked in one commit."""
