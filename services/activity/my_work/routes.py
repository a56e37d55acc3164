"""My work over HTTP."""

from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from libs.domain.grants import trimmed
from libs.domain.recurrence import zones
from libs.domain.refusals import InvalidFields
from libs.store.clock import utc_now
from libs.store.documents import to_json
from libs.web.access import Operation
from libs.web.answers import json_response
from libs.web.api import Route, Rule
from libs.web.executing import STORE
from libs.web.requests import caller_of, grants_of
from services.activity.activities.model.kinds import AnyActivity
from services.activity.digests.store import settings_of
from services.activity.my_work.model import MyWork
from services.activity.my_work.store import my_work

OPTIONS: Final = {"time_zone": "an IANA name, on whose clocks days begin; by default that of the notification settings"}


async def zone_of(request: web.Request) -> ZoneInfo:
    """The time zone that a query names, or else the caller's own; raises `InvalidFields`."""
    name = request.query.get("time_zone")
    if name is None:
        name = (await settings_of(request.app[STORE], caller_of(request).user_id)).time_zone
    if name not in zones():
        raise InvalidFields.at("time_zone", "unknown_zone", "an IANA name is wanted, such as Europe/Lisbon")
    return ZoneInfo(name)


async def read_my_work(request: web.Request) -> web.Response:
    """What the caller has to do, without what their roles hide of activities."""
    grants = grants_of(request)
    zone = await zone_of(request)
    work = await my_work(request.app[STORE], caller_of(request).user_id, now=utc_now(), zone=zone)
    shown = {
        name: {**section, "value": [trimmed(item, grants, AnyActivity.collection) for item in section["value"]]}
        for name, section in work.model_dump().items()
    }
    return json_response(to_json(shown))


ROUTES: Final = (
    Route(
        "GET",
        "/api/v1/my_work",
        read_my_work,
        Rule(AnyActivity.collection, Operation.READ),
        "What the caller has to do: open, overdue, today and this week",
        answer=MyWork,
        options=OPTIONS,
    ),
)
