"""What people want, and what they have not read."""

from datetime import datetime
from typing import Final

from libs.contracts.notifications import NotificationState
from libs.store.copies import known_copies
from libs.store.documents import WITHOUT_PRIVATE, to_record
from libs.store.errors import answering
from libs.store.store import Store
from services.activity.digests.model import MOST, NotificationSettings
from services.activity.notifications.model import Notification

SETTINGS: Final = "notification_settings"
"""The collection with one document for each person who has set anything, under their id."""


@answering()
async def settings_of(store: Store, user_id: str) -> NotificationSettings:
    document = await store.collection(SETTINGS).find_one({"_id": user_id}, {"_id": 0})
    return NotificationSettings.model_validate(document or {})


@answering()
async def unread(store: Store, user_id: str, since: datetime, until: datetime) -> list[Notification]:
    """What a user was told from one moment until before another; one more than a mail holds tells that there are."""
    query = {
        "owner_id": user_id,
        "state": NotificationState.UNREAD,
        "created_at": {"$gte": since, "$lt": until},
        "_deleted": None,
    }
    found = store.collection(Notification.collection).find(query, WITHOUT_PRIVATE).sort("_id", 1)
    return [to_record(Notification, document) for document in await found.limit(MOST + 1).to_list(MOST + 1)]


async def address_of(store: Store, user_id: str) -> str | None:
    """The address of a user, as the identity service last told it."""
    subject = f"users/{user_id}"
    row = (await known_copies(store, [subject])).get(subject)
    return None if row is None or row["deleted"] else row.get("email")
