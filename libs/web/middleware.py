"""The one middleware: correlation, sign-in, problems and metrics around every request."""

import re
import time
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from libs.domain.refusals import MovedOn, Refusal
from libs.store.ids import new_id
from libs.telemetry.logs import bind_correlation, logger
from libs.telemetry.metrics import HttpMetrics
from libs.web.problems import http_problem, internal_problem, problem_response
from libs.web.requests import AUTHENTICATOR, set_caller, set_correlation

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]

PUBLIC_ROUTES: Final = web.AppKey("public_routes", frozenset[tuple[str, str]])
"""Method and pattern of the routes that ask for no sign-in."""

_CORRELATION: Final = re.compile(r"^[A-Za-z0-9._-]{8,64}$")

_log = logger()


def observing(metrics: HttpMetrics) -> Middleware:
    """The middleware of a service whose requests `metrics` counts."""

    @web.middleware
    async def observe(request: web.Request, handler: Next) -> web.StreamResponse:
        started = time.perf_counter()
        correlation_id = _correlation_of(request)
        resource = request.match_info.route.resource
        route = resource.canonical if resource is not None else "unknown"
        metrics.started()
        status = 499
        try:
            with bind_correlation(correlation_id):
                response = await _answer(request, handler, route, correlation_id)
            status = response.status
        finally:
            metrics.finished(request.method, route, status, time.perf_counter() - started)
        if not response.prepared:
            response.headers["X-Correlation-ID"] = correlation_id
        return response

    return observe


def _correlation_of(request: web.Request) -> str:
    """The id that the caller gave, if it is one, else a new one."""
    given = request.headers.get("X-Correlation-ID", "")
    correlation_id = given if _CORRELATION.match(given) else new_id()
    set_correlation(request, correlation_id)
    return correlation_id


async def _answer(request: web.Request, handler: Next, route: str, correlation_id: str) -> web.StreamResponse:
    try:
        if route != "unknown" and (request.method, route) not in request.app[PUBLIC_ROUTES]:
            set_caller(request, await request.app[AUTHENTICATOR].authenticate(request.headers))
        return await handler(request)
    except MovedOn as refusal:
        return problem_response(refusal, location=_elsewhere(request, route, refusal.survivor_id))
    except Refusal as refusal:
        return problem_response(refusal)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return http_problem(error)
    except Exception:  # noqa: BLE001 - whatever it is, the client gets a problem and the log the reason
        _log.exception("request_failed", method=request.method, route=route)
        return internal_problem(correlation_id)


def _elsewhere(request: web.Request, route: str, survivor_id: str) -> str:
    """The address of the same request about the record that the id leads to."""
    path = route.format_map({**request.match_info, "id": survivor_id})
    return f"{path}?{request.query_string}" if request.query_string else path
