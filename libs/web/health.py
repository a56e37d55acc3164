"""Health: alive, ready, and measured. Not behind a sign-in, and not offered by the gateway."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
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

EXCLUDE: Final = "exclude"
OPTIONS: Final = {EXCLUDE: "checks between commas that are told of, but not waited for"}


async def alive(_: web.Request) -> web.Response:
    return json_response(b'{"status":"alive"}')


async def ready(request: web.Request) -> web.Response:
    """200 if requests can be answered, else 503; says of each dependency what is amiss."""
    ok, told = await checked(request.app, exclude=request.query.get(EXCLUDE, "").split(","))
    body = orjson.dumps({"status": "ready" if ok else "not ready", "checks": told})
    return json_response(body, status=200 if ok else 503)


async def checked(app: web.Application, *, exclude: Collection[str] = ()) -> tuple[bool, dict[str, str]]:
    """Whether requests can be answered, but those that need what `exclude` names; and what each check says."""
    checks = app[CHECKS]
    outcomes = dict(zip(checks, await asyncio.gather(*map(_outcome, checks.values())), strict=True))
    ok = all(passed for name, (passed, _) in outcomes.items() if name not in exclude)
    return ok, {name: text for name, (_, text) in outcomes.items()}


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
        Route("GET", "/readyz", ready, ANYONE, "Whether its dependencies answer", options=OPTIONS),
        Route("GET", "/metrics", measured, ANYONE, "Prometheus metrics"),
    ]
