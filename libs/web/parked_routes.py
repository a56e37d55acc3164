"""Parked messages over HTTP, for administrators: look at them, replay or discard them."""

from typing import Final

from aiohttp import web

from libs.bus.parking import QUERY_FIELDS, ParkedMessage, Parking
from libs.store.documents import to_json
from libs.web.access import Operation
from libs.web.answers import json_response
from libs.web.api import Route, Rule
from libs.web.listing import list_query_of, list_response

PARKING: Final = web.AppKey("parking", Parking)


async def list_parked(request: web.Request) -> web.Response:
    """Oldest event first, unless another order is asked for."""
    query = list_query_of(request, QUERY_FIELDS)
    return list_response(request, query, *await request.app[PARKING].page(query))


async def read_parked(request: web.Request) -> web.Response:
    parked = await request.app[PARKING].get(request.match_info["id"])
    return json_response(to_json(parked.model_dump(include=set(ParkedMessage.model_fields))))


async def replay_parked(request: web.Request) -> web.Response:
    await request.app[PARKING].replay(request.match_info["id"])
    return json_response(b'{"status":"replayed"}')


async def discard_parked(request: web.Request) -> web.Response:
    await request.app[PARKING].discard(request.match_info["id"])
    return json_response(b'{"status":"discarded"}')


def parked_routes() -> list[Route]:
    base, one = "/api/v1/parked", "/api/v1/parked/{id}"
    read, write = Rule("parked", Operation.READ), Rule("parked", Operation.WRITE)
    what = ParkedMessage
    return [
        Route("GET", base, list_parked, read, "Messages that no consumer could handle", answer=what, lists=True),
        Route("GET", one, read_parked, read, "One parked message", answer=what),
        Route("POST", f"{one}/replay", replay_parked, write, "Send a parked message to its consumer again"),
        Route("POST", f"{one}/discard", discard_parked, write, "Forget a parked message for good"),
    ]
