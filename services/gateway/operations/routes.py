"""`GET /api/v1/operations`: the state of every service, for administrators. Of one that is away it says so."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final, cast

import orjson
from aiohttp import ClientError, ClientTimeout, hdrs, web

from libs.domain.refusals import InvalidFields
from libs.telemetry.logs import logger
from libs.web.access import Operation, require
from libs.web.operations import PATH as OWN_STATE
from libs.web.operations import ServiceState
from libs.web.requests import DIRECTORY
from services.gateway.gate import GATE
from services.gateway.openapi.merge import Json
from services.gateway.ownership import BASE, Service
from services.gateway.upstreams import Upstream

COLLECTION: Final = "operations"
PATH: Final = f"{BASE}{COLLECTION}"
ASKED_WITHIN: Final = ClientTimeout(total=5, sock_connect=2)

_log = logger()

DOCUMENTATION: Mapping[str, object] = {
    "get": {
        "operationId": "read_operations",
        "summary": "Queues, outbox, parked messages, leases, jobs, projections and health of every service",
        "tags": [COLLECTION],
        "parameters": [
            {"name": "service", "in": "query", "description": "one service alone", "schema": {"type": "string"}}
        ],
        "responses": {
            "200": {
                "description": "One entry for each service. What is null could not be told: `notes` says why.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Operations"}}},
            }
        },
    }
}


def schemas() -> dict[str, object]:
    """Those of the answer, with every part beside it."""
    own = ServiceState.model_json_schema(mode="serialization", ref_template="#/components/schemas/Operations.{model}")
    parts = own.pop("$defs", {})
    one = {**own, "required": ["service", "notes"]}
    named = {f"Operations.{name}": part for name, part in parts.items()}
    values = {"type": "array", "items": {"$ref": "#/components/schemas/Operations.ServiceState"}}
    whole = {"type": "object", "required": ["value"], "properties": {"value": values}}
    return {"Operations": whole, "Operations.ServiceState": one, **named}


def add_routes(router: web.UrlDispatcher) -> None:
    """Answer administrators."""
    router.add_get(PATH, read_operations)


async def read_operations(request: web.Request) -> web.Response:
    """Asks all services at once, with the caller's own sign-in: each decides for itself what it tells."""
    gate = request.app[GATE]
    identified = await gate.identified(request)
    require(request.app[DIRECTORY].grants(identified.caller), COLLECTION, Operation.READ)
    chosen = [gate.upstreams[service] for service in _chosen(request)]
    value = await asyncio.gather(*(_state_of(upstream, identified.authorization) for upstream in chosen))
    return web.Response(body=orjson.dumps({"value": value}), content_type="application/json")


def _chosen(request: web.Request) -> Iterable[Service]:
    """Raises `InvalidFields` for a service that is not there."""
    if unknown := sorted(request.query.keys() - {"service"}):
        raise InvalidFields.at(unknown[0], "unknown_option", "known is service")
    name = request.query.get("service")
    if name is None:
        return Service
    if name not in set(Service):
        raise InvalidFields.at("service", "unknown", f"name one of {', '.join(Service)}")
    return [Service(name)]


async def _state_of(upstream: Upstream, authorization: str) -> Json:
    """What the service tells of itself, else a note."""
    headers = {hdrs.AUTHORIZATION: authorization, hdrs.ACCEPT_ENCODING: "identity"}
    try:
        async with upstream.session.get(upstream.url(OWN_STATE), headers=headers, timeout=ASKED_WITHIN) as answer:
            if answer.status == 200:
                return cast(Json, orjson.loads(await answer.read()))
            note = f"answered {answer.status}"
    except (ClientError, TimeoutError, orjson.JSONDecodeError) as error:
        _log.info("operations_part_missing", service=upstream.service.value, cause=repr(error))
        note = "does not answer"
    return {"service": upstream.service.value, "notes": {"service": note}}
