"""Digests by the clock: one timer of each person who wants them."""

from typing import Final

from libs.jobs import timers
from libs.jobs.jobs import begin
from libs.jobs.timers import Timer, timer
from libs.store.work import UnitOfWork
from services.activity.digests import store
from services.activity.digests.model import Digest, NotificationSettings

KIND: Final = "notification_digest"


@timer("digest_due")
async def make_digest(work: UnitOfWork, due: Timer) -> None:
    """Begins the mail of what was told since the last one, and waits for the next; after downtime there is one."""
    user_id = due.key
    settings = await store.settings_of(work.store, user_id)
    digest = Digest(user_id=user_id, since=due.payload["since"], until=work.now, mail_id=work.new_id())
    if await store.unread(work.store, user_id, digest.since, digest.until):
        begin(work, KIND, digest)
    _wait(work, user_id, settings)


def set_notification_settings(work: UnitOfWork, user_id: str, settings: NotificationSettings) -> NotificationSettings:
    work.overwrite(store.SETTINGS, {"_id": user_id, **settings.model_dump()})
    _wait(work, user_id, settings)
    return settings


def _wait(work: UnitOfWork, user_id: str, settings: NotificationSettings) -> None:
    moment = settings.next_digest(work.now)
    if moment is None:
        timers.cancel(work, make_digest.name, user_id)
    else:
        timers.schedule(work, make_digest.at(moment, user_id, since=work.now))
