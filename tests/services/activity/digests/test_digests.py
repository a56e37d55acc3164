"""Digests as they arrive."""

from datetime import UTC, datetime, timedelta

from libs.contracts.notifications import NotificationKind
from libs.jobs.timers import TIMERS
from libs.store.context import Context
from libs.store.copies import keep_copies
from libs.store.ids import new_id
from libs.store.work import UnitOfWork
from libs.web.executing import STORE
from services.activity.activities.model.task import Task
from services.activity.notifications.commands import notify
from tests.support.events import envelope
from tests.support.mailbox import Mailbox
from tests.support.services import Running
from tests.support.waiting import eventually

SETTINGS = "/api/v1/notification_settings"
DAILY = {"mail": "daily", "at": "07:30", "time_zone": "Europe/Berlin"}


async def told(mailing: Running, user_id: str, title: str) -> str:
    async def command(work: UnitOfWork) -> str:
        task = Task(id=new_id(), subject=title)
        return notify(work, NotificationKind.REMINDER, user_id, task, title=title, happens_at=None).id

    return await mailing.app[STORE].run(command, Context())


async def timer(mailing: Running, user_id: str) -> datetime | None:
    document = await mailing.app[STORE].collection(TIMERS).find_one({"_id": f"digest_due|{user_id}"})
    return document["due_at"] if document else None


async def let_come(mailing: Running, user_id: str) -> None:
    """The time of the next digest is here, as far as the timer can tell."""
    await (
        mailing.app[STORE]
        .collection(TIMERS)
        .update_one({"_id": f"digest_due|{user_id}"}, {"$set": {"free_at": datetime.now(UTC) - timedelta(seconds=1)}})
    )


async def test_what_is_unread_comes_by_mail_once_and_what_was_read_does_not(mailing: Running, mailbox: Mailbox) -> None:
    ana = new_id()
    user = {"id": ana, "name": "Ana", "email": "ana@example.org"}
    await keep_copies(mailing.app[STORE], [envelope("identity.user.created", "users", user)])
    await mailing.post(SETTINGS, DAILY, user_id=ana)
    read, _ = await told(mailing, ana, "Read"), await told(mailing, ana, "Offer")
    await mailing.post(f"/api/v1/notifications/{read}/read", user_id=ana)

    await let_come(mailing, ana)
    mail = await mailbox.first()

    assert (mail["To"], mail["Subject"]) == ("ana@example.org", "1 unread in Tandem CRM")
    assert mail.get_content().split() == ["Offer"]
    waiting = await timer(mailing, ana)
    assert waiting is not None
    assert waiting > datetime.now(UTC)


async def test_one_says_how_one_wants_to_hear(mailing: Running) -> None:
    ana = new_id()

    _, first = await mailing.get(SETTINGS, user_id=ana)
    status, said = await mailing.post(SETTINGS, DAILY, user_id=ana)
    waiting = await timer(mailing, ana)
    await mailing.post(SETTINGS, {"mail": "never", "time_zone": "Asia/Tokyo"}, user_id=ana)

    assert (first["mail"], status, said) == ("never", 200, DAILY)
    assert waiting is not None
    assert await timer(mailing, ana) is None
    assert (await mailing.get(SETTINGS, user_id=ana))[1]["time_zone"] == "Asia/Tokyo"
    assert (await mailing.post(SETTINGS, {"time_zone": "Mars/Base"}, user_id=ana))[0] == 422


async def test_nothing_new_is_no_mail(mailing: Running, mailbox: Mailbox) -> None:
    max_ = new_id()
    await mailing.post(SETTINGS, DAILY, user_id=max_)
    before = await timer(mailing, max_)

    await let_come(mailing, max_)

    async def fired() -> bool:
        document = await mailing.app[STORE].collection(TIMERS).find_one({"_id": f"digest_due|{max_}"})
        return document is not None and document["free_at"] == before

    await eventually(fired)
    assert mailbox.mails == []
