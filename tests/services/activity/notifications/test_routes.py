"""Notifications as their owners meet them."""

from typing import Any

from libs.contracts.notifications import NotificationKind
from libs.store.context import Context
from libs.store.ids import new_id
from libs.store.work import UnitOfWork
from libs.web.executing import STORE
from services.activity.activities.model.task import Task
from services.activity.notifications.commands import notify
from tests.support.services import Running

PATH = "/api/v1/notifications"


async def told(activity: Running, user_id: str, *, number: int = 1) -> list[str]:
    async def command(work: UnitOfWork) -> list[str]:
        task = Task(id=new_id(), subject="Send the offer")
        made = [
            notify(work, NotificationKind.REMINDER, user_id, task, title=task.subject, happens_at=None)
            for _ in range(number)
        ]
        return [each.id for each in made]

    return await activity.app[STORE].run(command, Context())


async def listed(activity: Running, options: str = "", **caller: Any) -> list[str]:
    _, page = await activity.get(f"{PATH}{options}", **caller)
    return [each["id"] for each in page["value"]]


async def test_everybody_sees_their_own_alone_whatever_they_may(activity: Running) -> None:
    ana, eva = new_id(), new_id()
    [of_ana], [of_eva] = await told(activity, ana), await told(activity, eva)

    assert await listed(activity, user_id=ana, roles=["read_only"]) == [of_ana]
    assert await listed(activity, user_id=eva, roles=["administrator"]) == [of_eva]
    assert (await activity.get(f"{PATH}/{of_ana}", user_id=eva))[0] == 404
    assert (await activity.post(f"{PATH}/{of_ana}/read", user_id=eva))[0] == 404


async def test_one_is_read_and_looked_at_once_more(activity: Running) -> None:
    ana = new_id()
    [id_] = await told(activity, ana)

    _, read = await activity.post(f"{PATH}/{id_}/read", user_id=ana)
    again = await activity.post(f"{PATH}/{id_}/read", user_id=ana)
    unread_then = await listed(activity, "?$filter=state eq 'unread'", user_id=ana)
    _, unread = await activity.post(f"{PATH}/{id_}/unread", user_id=ana)

    assert (read["state"], read["read_at"] is not None, again[1]["version"]) == ("read", True, read["version"])
    assert (unread_then, unread["state"], unread["read_at"]) == ([], "unread", None)


async def test_all_are_read_at_once_and_counted(activity: Running) -> None:
    ana = new_id()
    await told(activity, ana, number=3)

    _, before = await activity.get(f"{PATH}?$filter=state eq 'unread'&$top=1&$count=true", user_id=ana)
    status, marked = await activity.post(f"{PATH}/read", user_id=ana)
    _, after = await activity.get(f"{PATH}?$filter=state eq 'unread'&$top=0&$count=true", user_id=ana)

    assert (before["@odata.count"], len(before["value"]), "@odata.nextLink" in before) == (3, 1, True)
    assert (status, marked) == (200, {"marked": 3, "more": False})
    assert after["@odata.count"] == 0
