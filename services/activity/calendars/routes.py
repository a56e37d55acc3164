"""Calendars over HTTP: who is busy, the link to one's own, and what other calendars send."""

import asyncio
from datetime import timedelta
from typing import Final

from aiohttp import web

from libs.contracts.values import Moment, Value
from libs.domain.grants import may, refuse_hidden
from libs.domain.refusals import InvalidFields, NotFound
from libs.store.clock import utc_now
from libs.store.documents import to_json
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import json_response, rendered
from libs.web.api import ANYONE, SIGNED_IN, Route, Rule
from libs.web.executing import STORE, execute
from libs.web.requests import DIRECTORY, caller_of, context_of
from libs.web.settings import SETTINGS
from services.activity.activities.model.kinds import AnyActivity
from services.activity.calendars import commands, store
from services.activity.calendars.importing import CONTENT_TYPE, ImportResult, calendar_of_request, import_calendar
from services.activity.calendars.model import BusyUser, busy_times
from services.activity.calendars.reading import answers_in
from services.activity.calendars.writing import USED, calendar_of
from services.activity.my_work.routes import OPTIONS, zone_of
from services.activity.series.routes import WINDOW, window_of

MOST_USERS: Final = 50
BEFORE: Final = timedelta(days=90)
AHEAD: Final = timedelta(days=730)
"""What a feed holds, from today."""

_LINK: Final = "/api/v1/calendars/link"
_FEED: Final = "/api/v1/calendar_feeds"
_PRIVATE: Final = {"Cache-Control": "private, no-store", "Content-Disposition": 'inline; filename="calendar.ics"'}


class CalendarLink(Value):
    """Whoever has the `url` reads the calendar. It is told once, when it is made."""

    created_at: Moment
    url: str | None = None


class Answered(Value):
    """The activities whose attendees have answered."""

    activity_ids: tuple[str, ...]


async def read_free_busy(request: web.Request) -> web.Response:
    """When users are busy, and with what to nobody."""
    users = list(dict.fromkeys(each for each in request.query.get("users", "").split(",") if each))
    if not 0 < len(users) <= MOST_USERS:
        raise InvalidFields.at("users", "out_of_range", f"ids of 1 to {MOST_USERS} users between commas are wanted")
    begin, end = window_of(request)
    planned = await store.planned(request.app[STORE], users, begin, end)
    return json_response(to_json({"value": [each.model_dump() for each in busy_times(users, planned, begin, end)]}))


async def read_link(request: web.Request) -> web.Response:
    link = await store.link_of(request.app[STORE], caller_of(request).user_id)
    if link is None:
        raise NotFound("no link leads to your calendar")
    return json_response(to_json(CalendarLink(created_at=link["created_at"]).model_dump()))


async def renew_link(request: web.Request) -> web.Response:
    user_id, token = caller_of(request).user_id, store.new_token()

    async def command(work: UnitOfWork) -> CalendarLink:
        commands.renew_link(work, user_id, token)
        url = f"{request.app[SETTINGS].public_url.rstrip('/')}{_FEED}/{token}"
        return CalendarLink(created_at=work.now, url=url)

    link = await request.app[STORE].run(command, context_of(request))
    return json_response(to_json(link.model_dump()))


async def revoke_link(request: web.Request) -> web.Response:
    async def command(work: UnitOfWork) -> Answer:
        commands.revoke_link(work, caller_of(request).user_id)
        return rendered(work, None)

    return await execute(request, command)


async def read_feed(request: web.Request) -> web.Response:
    """What the owner of a link plans, for other calendars; nobody's who may not sign in or read activities any more."""
    app, collection = request.app, AnyActivity.collection
    owner = await store.owner_of(app[STORE], request.match_info["token"])
    if owner is None or not may(app[DIRECTORY].grants_of_user(owner), collection, Operation.READ):
        raise NotFound("no calendar is to be had by this link")
    refuse_hidden(USED, app[DIRECTORY].grants_of_user(owner), collection)
    now = utc_now()
    planned = await store.planned(app[STORE], [owner], now - BEFORE, now + AHEAD)
    written = await asyncio.to_thread(calendar_of, planned, name="Tandem")
    return web.Response(body=written, content_type=CONTENT_TYPE, headers=_PRIVATE)


async def take_calendar(request: web.Request) -> web.Response:
    return json_response(to_json((await import_calendar(request, await zone_of(request))).model_dump()))


async def take_replies(request: web.Request) -> web.Response:
    """What attendees answer to invitations, as their calendars send it; all of it or nothing."""
    answers = answers_in(await calendar_of_request(request))

    async def command(work: UnitOfWork) -> Answered:
        return Answered(activity_ids=tuple([(await commands.take_answer(work, each)).id for each in answers]))

    answered = await request.app[STORE].run(command, context_of(request))
    return json_response(to_json(answered.model_dump()))


ROUTES: Final = (
    Route(
        "GET",
        "/api/v1/calendars/free_busy",
        read_free_busy,
        SIGNED_IN,
        "When users are busy, not with what",
        answer=BusyUser,
        lists=True,
        options={"users": f"up to {MOST_USERS} ids between commas", **WINDOW},
    ),
    Route("GET", _LINK, read_link, SIGNED_IN, "Since when one's calendar has a link", answer=CalendarLink),
    Route("POST", _LINK, renew_link, SIGNED_IN, "A new link to one's calendar; the old one ends", answer=CalendarLink),
    Route("DELETE", _LINK, revoke_link, SIGNED_IN, "End the link to one's calendar", status=204),
    Route("GET", f"{_FEED}/{{token}}", read_feed, ANYONE, "A calendar by its secret link", media=(CONTENT_TYPE,)),
    Route(
        "POST",
        "/api/v1/calendars/import",
        take_calendar,
        Rule(AnyActivity.collection, Operation.CREATE),
        "Take over the events of an iCalendar file, by their UID",
        answer=ImportResult,
        options=OPTIONS,
        raw_body="calendar",
    ),
    Route(
        "POST",
        "/api/v1/calendars/replies",
        take_replies,
        Rule(AnyActivity.collection, Operation.WRITE),
        "Take over what attendees answer (METHOD:REPLY)",
        answer=Answered,
        raw_body="calendar",
    ),
)
