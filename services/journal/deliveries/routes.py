"""The log of deliveries over HTTP, and the delivering itself, as long as the service runs."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, Final

from aiohttp import web

from libs.domain.grants import Grants
from libs.store.clock import utc_now
from libs.store.documents import to_json
from libs.store.query.options import parse_list_query
from libs.store.query.paging import next_link
from libs.store.reading import read_one
from libs.web.access import Operation
from libs.web.answers import json_response
from libs.web.api import Route, Rule
from libs.web.directory import Directory
from libs.web.executing import STORE
from libs.web.requests import DIRECTORY, grants_of
from services.journal.deliveries import store
from services.journal.deliveries.lanes import Lanes, Pace
from services.journal.deliveries.model import Delivery
from services.journal.deliveries.sender import Outlet, Sender
from services.journal.events.tail import Tail
from services.journal.webhooks.model import Webhook

_READ: Final = Rule(Webhook.collection, Operation.READ)
_NEWEST_FIRST: Final = ("$orderby", "position desc")


def delivering(outlet: Outlet, pace: Pace, tail: Tail) -> Callable[[web.Application], AsyncIterator[None]]:
    """Delivers while the service runs."""

    async def deliver(app: web.Application) -> AsyncIterator[None]:
        sender = Sender(outlet)
        lanes = Lanes(app[STORE], sender, partial(_grants, app[DIRECTORY]), tail, pace=pace)
        lanes.start()
        yield
        await lanes.stop()
        await sender.close()

    return deliver


async def _grants(directory: Directory, user_id: str) -> Grants:
    """What the user may do now."""
    await directory.principal(user_id)  # asks identity about one that is new here
    return directory.grants_of_user(user_id)


async def list_deliveries(request: web.Request) -> web.Response:
    params = list(request.query.items())
    ordered = any(name.removeprefix("$") == "orderby" for name, _ in params)
    query = parse_list_query(params if ordered else [*params, _NEWEST_FIRST], store.QUERY_FIELDS, now=utc_now())
    found, count = await store.page(request.app[STORE], await _webhook_id(request), query)
    body: dict[str, Any] = {"value": [_view(delivery, query.select) for delivery in found[: query.top]]}
    if count is not None:
        body["@odata.count"] = count
    if link := next_link(request.path, params, query, has_more=len(found) > query.top):
        body["@odata.nextLink"] = link
    return json_response(to_json(body))


def _view(delivery: Delivery, select: tuple[str, ...] | None) -> dict[str, Any]:
    return delivery.model_dump(include=None if select is None else {"id", *select})


async def _webhook_id(request: web.Request) -> str:
    """The webhook's id; raises `NotFound` where the caller may not see it."""
    webhook = await read_one(request.app[STORE], Webhook, request.match_info["id"], grants_of(request))
    return str(webhook["id"])


_LIST: Final = f"/api/v1/{Webhook.collection}/{{id}}/deliveries"

ROUTES: Final = (
    Route(
        "GET", _LIST, list_deliveries, _READ, "What was sent to a webhook, newest first", answer=Delivery, lists=True
    ),
)
