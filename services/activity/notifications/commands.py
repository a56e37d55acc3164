"""What becomes of notifications."""

from datetime import datetime

from libs.contracts.notifications import NotificationKind, NotificationState
from libs.contracts.values import Reference, Value
from libs.domain.grants import Ids
from libs.domain.record import Record
from libs.store.absent import missing
from libs.store.work import UnitOfWork
from services.activity.notifications import model
from services.activity.notifications.model import MOST_AT_ONCE, Notification


class Marked(Value):
    """How many were marked as read; where there are `more`, ask again."""

    marked: int
    more: bool


def notify(
    work: UnitOfWork, kind: NotificationKind, user_id: str, about: Record, *, title: str, happens_at: datetime | None
) -> Notification:
    """Tells somebody of a record."""
    reference = Reference(collection=about.collection, id=about.id, name=title)
    return work.add(
        Notification(id=work.new_id(), owner_id=user_id, kind=kind, title=title, about=reference, happens_at=happens_at)
    )


async def mark_read(work: UnitOfWork, notification_id: str, *, owners: Ids) -> Notification:
    notification = await _own(work, notification_id, owners)
    if notification.state is NotificationState.READ:
        return notification
    return work.save(*model.read(notification, at=work.now))


async def mark_unread(work: UnitOfWork, notification_id: str, *, owners: Ids) -> Notification:
    notification = await _own(work, notification_id, owners)
    if notification.state is NotificationState.UNREAD:
        return notification
    return work.save(*model.unread(notification))


async def mark_all_read(work: UnitOfWork, *, owners: Ids) -> Marked:
    query = {"owner_id": {"$in": list(owners)}, "state": NotificationState.UNREAD}
    unread = await work.find(Notification, query, limit=MOST_AT_ONCE + 1)
    for notification in unread[:MOST_AT_ONCE]:
        work.save(*model.read(notification, at=work.now))
    return Marked(marked=min(len(unread), MOST_AT_ONCE), more=len(unread) > MOST_AT_ONCE)


async def _own(work: UnitOfWork, notification_id: str, owners: Ids) -> Notification:
    """Raises `NotFound` for one that is not theirs, whatever else they may do."""
    notification = await work.get(Notification, notification_id)
    if notification.owner_id not in owners:
        raise missing(Notification, notification_id)
    return notification
