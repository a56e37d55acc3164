"""Parked messages over HTTP, for administrators: look at them, replay or discard them."""

from typing import Any, Final

from aiohttp import web

from libs.bus.parking import Parked, Parking
from libs.domain.refusals import InvalidFields
from libs.store.documents import to_json
from libs.web.access import Operation
from libs.web.answers import json_response
from libs.web.api import Route, Rule

PARKING: Final = web.AppKey("parking", Parking)
_MOST: Final = 200


def _view(parked: Parked) -> dict[str, Any]:
    names = ("id", "consumer", "event_id", "type", "reason", "attempts", "error", "trace", "parked_at")
    return {name: getattr(parked, name) for name in names}


async def list_parked(request: web.Request) -> web.Response:
    """Oldest first; `after` is the id that the page before ended with."""
    top = request.query.get("$top", "50")
    if not top.isdecimal() or not 0 < int(top) <= _MOST:
        raise InvalidFields.at("$top", "out_of_range", f"must be 1 to {_MOST}")
    parking = request.app[PARKING]
    parked = await parking.list(limit=int(top), after=request.query.get("after"))
    body = {"value": [_view(each) for each in parked], "@odata.count": await parking.count()}
    return json_response(to_json(body))


async def read_parked(request: web.Request) -> web.Response:
    return json_response(to_json(_view(await request.app[PARKING].get(request.match_info["id"]))))


async def replay_parked(request: web.Request) -> web.Response:
    await request.app[PARKING].replay(request.match_info["id"])
    return json_response(b'{"status":"replayed"}')


async def discard_parked(request: web.Request) -> web.Response:
    await request.app[PARKING].discard(request.match_info["id"])
    return json_response(b'{"status":"discarded"}')


def parked_routes() -> list[Route]:
    base, one = "/api/v1/parked", "/api/v1/parked/{id}"
    read, write = Rule("parked", Operation.READ), Rule("parked", Operation.WRITE)
    return [
        Route("GET", base, list_parked, read, "Messages that no consumer could handle"),
        Route("GET", one, read_parked, read, "One parked message"),
        Route("POST", f"{one}/replay", replay_parked, write, "Send a parked message to its consumer again"),
        Route("POST", f"{one}/discard", discard_parked, write, "Forget a parked message for good"),
    ]
