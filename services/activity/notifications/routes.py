"""Notifications over HTTP: everybody has their own, and nobody sees another's."""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from libs.store.clock import utc_now
from libs.store.documents import to_json
from libs.store.query.options import parse_list_query
from libs.store.query.paging import next_link
from libs.store.queryable import query_fields_of
from libs.store.reading import read_one, read_page
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.answers import json_response, rendered
from libs.web.api import SIGNED_IN, Handler, Route
from libs.web.executing import STORE, execute
from libs.web.requests import grants_of
from services.activity.notifications import commands
from services.activity.notifications.commands import Marked
from services.activity.notifications.model import Notification

_BASE: Final = "/api/v1/notifications"


async def list_notifications(request: web.Request) -> web.Response:
    """The notifications of the caller and of their teams."""
    query = parse_list_query(request.query.items(), query_fields_of(Notification), now=utc_now())
    page = await read_page(request.app[STORE], Notification, query, grants_of(request))
    body: dict[str, object] = {"value": page.value}
    if page.count is not None:
        body["@odata.count"] = page.count
    if link := next_link(request.path, request.query.items(), query, has_more=page.has_more):
        body["@odata.nextLink"] = link
    return json_response(to_json(body))


async def read_notification(request: web.Request) -> web.Response:
    view = await read_one(request.app[STORE], Notification, request.match_info["id"], grants_of(request))
    return json_response(to_json(view))


def _marking(mark: Callable[..., Awaitable[Notification]]) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        async def command(work: UnitOfWork) -> Answer:
            return rendered(work, await mark(work, request.match_info["id"], owners=grants_of(request).principal_ids))

        return await execute(request, command)

    return handle


async def read_all(request: web.Request) -> web.Response:
    async def command(work: UnitOfWork) -> Answer:
        return rendered(work, await commands.mark_all_read(work, owners=grants_of(request).principal_ids))

    return await execute(request, command)


ROUTES: Final = (
    Route("GET", _BASE, list_notifications, SIGNED_IN, "One's notifications", answer=Notification, lists=True),
    Route("GET", f"{_BASE}/{{id}}", read_notification, SIGNED_IN, "Read one notification", answer=Notification),
    Route("POST", f"{_BASE}/read", read_all, SIGNED_IN, "Mark all as read, 500 at a time", answer=Marked),
    Route(
        "POST",
        f"{_BASE}/{{id}}/read",
        _marking(commands.mark_read),
        SIGNED_IN,
        "Mark one notification as read",
        answer=Notification,
    ),
    Route(
        "POST",
        f"{_BASE}/{{id}}/unread",
        _marking(commands.mark_unread),
        SIGNED_IN,
        "Mark one notification as unread",
        answer=Notification,
    ),
)
