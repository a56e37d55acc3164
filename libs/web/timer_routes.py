"""Timers left aside over HTTP, for administrators: look at them, let them fire again or discard them."""

from aiohttp import web

from libs.jobs import aside
from libs.jobs.aside import AsideTimer
from libs.store.documents import to_json
from libs.web.access import Operation
from libs.web.answers import json_response
from libs.web.api import Route, Rule
from libs.web.executing import STORE
from libs.web.listing import list_query_of, list_response


async def list_timers(request: web.Request) -> web.Response:
    query = list_query_of(request, aside.QUERY_FIELDS)
    return list_response(request, query, *await aside.page(request.app[STORE], query))


async def read_timer(request: web.Request) -> web.Response:
    timer = await aside.find(request.app[STORE], request.match_info["id"])
    return json_response(to_json(timer.model_dump()))


async def retry_timer(request: web.Request) -> web.Response:
    await aside.retry(request.app[STORE], request.match_info["id"])
    return json_response(b'{"status":"retried"}')


async def discard_timer(request: web.Request) -> web.Response:
    await aside.discard(request.app[STORE], request.match_info["id"])
    return json_response(b'{"status":"discarded"}')


def timer_routes() -> list[Route]:
    base, one = "/api/v1/timers", "/api/v1/timers/{id}"
    read, write = Rule("timers", Operation.READ), Rule("timers", Operation.WRITE)
    return [
        Route("GET", base, list_timers, read, "Timers whose effect failed too often", answer=AsideTimer, lists=True),
        Route("GET", one, read_timer, read, "One timer left aside", answer=AsideTimer),
        Route("POST", f"{one}/retry", retry_timer, write, "Let a timer left aside fire again"),
        Route("POST", f"{one}/discard", discard_timer, write, "Forget a timer left aside for good"),
    ]
