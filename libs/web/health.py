"""Health: alive, ready, and measured. Not behind a sign-in, and not offered by the gateway."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import orjson
from aiohttp import web

from libs.domain.refusals import Refusal
from libs.telemetry.metrics import exposition
from libs.web.answers import json_response
from libs.web.api import ANYONE, Route

Check = Callable[[], Awaitable[str | None]]
"""Raises a `Refusal` unless requests can be answered; may return what is amiss all the same."""

CHECKS: Final = web.AppKey("readiness_checks", dict[str, Check])


async def alive(_: web.Request) -> web.Response:
    return json_response(b'{"status":"alive"}')


async def ready(request: web.Request) -> web.Response:
    """200 if requests can be answered, else 503; says of each dependency what is amiss."""
    ok, told = await checked(request.app)
    body = orjson.dumps({"status": "ready" if ok else "not ready", "checks": told})
    return json_response(body, status=200 if ok else 503)


async def checked(app: web.Application) -> tuple[bool, dict[str, str]]:
    """Whether requests can be answered, and what each check says."""
    checks = app[CHECKS]
    outcomes = await asyncio.gather(*(_outcome(check) for check in checks.values()))
    return all(passed for passed, _ in outcomes), dict(zip(checks, (text for _, text in outcomes), strict=True))


async def measured(_: web.Request) -> web.Response:
    body, content_type = exposition()
    return web.Response(body=body, headers={"Content-Type": content_type})


async def _outcome(check: Check) -> tuple[bool, str]:
    try:
        remark = await asyncio.wait_for(check(), 2.0)
    except Refusal as refusal:
        return False, refusal.detail
    except TimeoutError:
        return False, "no answer in 2 s"
    return True, remark or "ok"


def health_routes() -> list[Route]:
    return [
        Route("GET", "/healthz", alive, ANYONE, "Whether the process is alive"),
        Route("GET", "/readyz", ready, ANYONE, "Whether its dependencies answer"),
        Route("GET", "/metrics", measured, ANYONE, "Prometheus metrics"),
    ]
