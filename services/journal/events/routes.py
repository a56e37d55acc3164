"""The journal over HTTP: pages of it for those who may read events, and the live stream for everybody.

Either holds what the caller may see.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Final

from aiohttp import web
from orjson import Fragment

from libs.domain.refusals import InvalidFields, Unavailable
from libs.store.documents import to_json
from libs.telemetry.logs import logger
from libs.web.access import Operation
from libs.web.answers import json_response
from libs.web.api import ANYONE, Route, Rule
from libs.web.authentication import Caller
from libs.web.executing import STORE
from libs.web.requests import AUTHENTICATOR, DIRECTORY, grants_of
from services.journal.events import store as events
from services.journal.events.model import Topics, Wanted, collection_in, number_in, position_in, require_known
from services.journal.events.store import Stretch
from services.journal.events.stream import HEADERS, EventStream
from services.journal.events.tail import Tail
from services.journal.events.viewing import visible
from services.journal.tickets.routes import bearer_of

READ: Final = Rule("events", Operation.READ)
MOST: Final = 1000
LONGEST_WAIT: Final = 25
"""Seconds; the gateway waits 30 for an answer to begin."""

LAST_EVENT_ID: Final = "Last-Event-ID"

STREAM_OPTIONS: Final = {
    "types": "types or patterns between commas, such as sales.lead.created,service.*",
    "collection": "only events about records of this collection",
    "subject": "only events about this record: <collection>/<id>",
    "after": "the position behind which to begin",
}
FEED_OPTIONS: Final = {
    **STREAM_OPTIONS,
    "$top": f"events a page, at most {MOST}",
    "wait": f"seconds to wait for an event while there is none, at most {LONGEST_WAIT}",
}

_log = logger()


def routes(tail: Tail) -> tuple[Route, ...]:
    """The stream is open to strangers as far as the router knows: it takes a sign-in or a ticket, and checks either."""
    return (
        Route(
            "GET",
            "/api/v1/events",
            partial(list_events, tail),
            READ,
            "The events of all services, in their order",
            options=FEED_OPTIONS,
        ),
        Route(
            "GET",
            "/api/v1/events/stream",
            partial(stream_events, tail),
            ANYONE,
            "Follow the events as they come, by a sign-in or a ticket",
            options=STREAM_OPTIONS,
        ),
    )


def watching(tail: Tail) -> Callable[[web.Application], AsyncIterator[None]]:
    """Keeps `tail` informed while the service runs."""

    async def watch(app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(tail.watch(partial(events.head, app[STORE])), name="watch the journal")
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    return watch


def ending(tail: Tail) -> Callable[[web.Application], Awaitable[None]]:
    """Ends the streams, so that a stop need not wait for them."""

    async def end(_: web.Application) -> None:
        tail.close()

    return end


async def list_events(tail: Tail, request: web.Request) -> web.Response:
    """`value`, each event with its `position`, and `position`: where a later request goes on by `after`."""
    query = request.query
    after = position_in(query.get("after", "0"), "after")
    wanted = _wanted(request)
    top = number_in(query.get("$top", query.get("top", "100")), "$top", least=1, most=MOST)
    wait = number_in(query.get("wait", "0"), "wait", least=0, most=LONGEST_WAIT)
    tail.reached(await events.head(request.app[STORE]))
    require_known(after, head=tail.head, pointer="after")
    read = partial(events.read_stretch, request.app[STORE], top=top, wanted=wanted)
    stretch = await (_awaited(tail, read, after, wait) if wait else read(after=after, head=tail.head))
    shown = await visible(request.app[STORE], stretch.events, grants_of(request))
    body: dict[str, object] = {"value": [Fragment(event.positioned) for event in shown], "position": stretch.end}
    if stretch.end < tail.head:
        body["@odata.nextLink"] = str(request.rel_url.update_query(after=str(stretch.end)))
    return json_response(to_json(body))


async def _awaited(tail: Tail, read: Callable[..., Awaitable[Stretch]], after: int, wait: int) -> Stretch:
    """The next stretch with something in it, or how far it was looked in vain when `wait` seconds are over."""
    now = asyncio.get_running_loop().time
    until = now() + wait
    with tail.followed():
        while True:
            stretch = await read(after=after, head=tail.head)
            if stretch.events or tail.closed or now() >= until:
                return stretch
            after = stretch.end
            await tail.beyond(after, within=until - now())


async def stream_events(tail: Tail, request: web.Request) -> web.StreamResponse:
    """From behind `Last-Event-ID`, else `after`, else from now on."""
    store = request.app[STORE]
    caller = await _follower(request)
    wanted = _wanted(request)
    with tail.followed():
        tail.reached(await events.head(store))
        position = _position(request, tail.head)
        response = web.StreamResponse(headers=HEADERS)
        await response.prepare(request)
        try:
            await EventStream(response, store, tail, wanted).follow(
                position,
                allowed=_signed_in(request, caller),
                grants=partial(request.app[DIRECTORY].grants, caller),
            )
        except TimeoutError:
            _cut(request)
        except (ConnectionError, Unavailable) as error:
            _log.info("event_stream_ended", cause=repr(error))
    return response


async def _follower(request: web.Request) -> Caller:
    """Who asks, by a ticket or a sign-in."""
    ticket = request.query.get("ticket")
    if ticket is None:
        return await request.app[AUTHENTICATOR].authenticate(request.headers)
    return await bearer_of(ticket, request.app[STORE])


def _signed_in(request: web.Request, caller: Caller) -> Callable[[], bool]:
    authenticator = request.app[AUTHENTICATOR]
    return lambda: not authenticator.is_revoked(caller.session_id)


def _position(request: web.Request, head: int) -> int:
    for pointer, text in ((LAST_EVENT_ID, request.headers.get(LAST_EVENT_ID)), ("after", request.query.get("after"))):
        if text:
            position = position_in(text, pointer)
            require_known(position, head=head, pointer=pointer)
            return position
    return head


def _wanted(request: web.Request) -> Wanted:
    """Which events the query chooses; raises `InvalidFields`."""
    query = request.query
    collection, subject = query.get("collection"), query.get("subject")
    if collection is not None and subject is not None:
        raise InvalidFields.at("collection", "one_of", "name a collection or the subject of one record, not both")
    return Wanted(
        Topics.parse(query.get("types", "")), collection_in(collection) if collection is not None else None, subject
    )


def _cut(request: web.Request) -> None:
    """Ends the connection of a reader that does not read, so that nothing waits for it."""
    _log.info("event_stream_stalled")
    if request.transport is not None:
        request.transport.abort()
