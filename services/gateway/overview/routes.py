"""`GET /api/v1/accounts/{id}/overview`, and of contacts: a declared table of parts, asked for at once as the caller."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import orjson
from aiohttp import ClientError, ClientTimeout, hdrs, web

from libs.telemetry.logs import logger
from libs.web.requests import correlation_of
from services.gateway.breaker import CircuitOpen
from services.gateway.gate import GATE
from services.gateway.headers import CORRELATION_ID
from services.gateway.openapi.merge import Json
from services.gateway.overview.parts import PARTS, RECORD, Part
from services.gateway.ownership import BASE
from services.gateway.upstreams import Upstream

_OK: Final = 200
_SERVICE_FAILED: Final = 500
_AWAY: Final = 503

_log = logger()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered, or that it did not; `note` says what there is to say where that is no 200."""

    status: int
    body: bytes = b""
    location: str | None = None
    note: str = ""


def _documentation(collection: str) -> Json:
    of = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/Overview"}}}
    return {
        "get": {
            "operationId": f"get_{collection}_id_overview",
            "summary": "All that is known of the customer, from all services, as far as the caller may see it",
            "tags": [collection],
            "parameters": [of],
            "responses": {"200": {"description": "Missing parts are null; `notes` say why.", "content": answer}},
        }
    }


DOCUMENTATION: Final[Json] = {f"{BASE}{name}/{{id}}/overview": _documentation(name) for name in PARTS}
_NAMES: Final = tuple(dict.fromkeys(part.name for parts in PARTS.values() for part in parts))
_TEXT: Final[Json] = {"type": "string"}
_NOTE: Final[Json] = {
    "type": "object",
    "required": ["part", "service", "note"],
    "properties": {"part": _TEXT, "service": _TEXT, "note": _TEXT},
}
SCHEMAS: Final[Json] = {
    "Overview": {
        "type": "object",
        "required": [RECORD, "notes"],
        "properties": {
            **{name: {"type": ["object", "null"]} for name in _NAMES},
            "notes": {"type": "array", "items": _NOTE},
        },
    }
}


def add_routes(router: web.UrlDispatcher, *, seconds: float) -> None:
    """Answer whoever may see the customer; each service has so many seconds."""
    within = ClientTimeout(total=seconds)
    for collection in PARTS:
        router.add_get(f"{BASE}{collection}/{{id}}/overview", partial(show, collection, within))


async def show(collection: str, within: ClientTimeout, request: web.Request) -> web.Response:
    """Answers with all parts; where the customer's own service refuses to show them, its refusal is the answer."""
    gate, parts = request.app[GATE], PARTS[collection]
    identified = await gate.identified(request)
    headers: dict[str, str] = {
        hdrs.AUTHORIZATION: identified.authorization,
        hdrs.ACCEPT_ENCODING: "identity",
        CORRELATION_ID: correlation_of(request),
    }
    with gate.requests:
        answers = await asyncio.gather(
            *(_ask(gate.upstreams[part.service], part.url(request.match_info["id"]), headers, within) for part in parts)
        )
    record = answers[0]
    if 300 <= record.status < _SERVICE_FAILED:
        return _as_answered(record)
    return web.Response(body=orjson.dumps(_composed(parts, answers)), content_type="application/json")


def _as_answered(record: Answer) -> web.Response:
    """The refusal of the customer's own service; the overview of one that was merged is that of the survivor."""
    headers = {hdrs.LOCATION: f"{record.location}/overview"} if record.location else None
    return web.Response(
        status=record.status, body=record.body, content_type="application/problem+json", headers=headers
    )


def _composed(parts: Sequence[Part], answers: Sequence[Answer]) -> Json:
    answered = list(zip(parts, answers, strict=True))
    notes = [
        {"part": part.name, "service": part.service.value, "note": answer.note}
        for part, answer in answered
        if answer.status != _OK
    ]
    return {**{part.name: _content(answer) for part, answer in answered}, "notes": notes}


def _content(answer: Answer) -> orjson.Fragment | None:
    return orjson.Fragment(answer.body) if answer.status == _OK else None


async def _ask(upstream: Upstream, url: str, headers: Mapping[str, str], within: ClientTimeout) -> Answer:
    """A service that is down or slow is no reason to show nothing. To be slower than this is no failure of it."""
    breaker, time = upstream.breaker, asyncio.get_running_loop().time
    try:
        breaker.admit(time())
    except CircuitOpen as refusal:
        return Answer(_AWAY, note=refusal.detail)
    try:
        async with upstream.session.get(
            upstream.url(url), headers=headers, timeout=within, allow_redirects=False
        ) as answer:
            body, location = await answer.read(), answer.headers.get(hdrs.LOCATION)
    except TimeoutError:
        breaker.abandoned()
        return Answer(_AWAY, note=f"the {upstream.service} service is too slow")
    except ClientError as error:
        breaker.failed(time())
        _log.info("overview_part_missing", service=upstream.service.value, cause=repr(error))
        return Answer(_AWAY, note=f"the {upstream.service} service does not answer")
    except BaseException:
        breaker.abandoned()
        raise
    breaker.succeeded()
    return Answer(answer.status, body, location, note=f"the {upstream.service} service answered {answer.status}")
