"""The lag of every read model over HTTP."""

from collections.abc import Sequence

from aiohttp import web

from libs.store.documents import to_json
from libs.web.access import Operation
from libs.web.answers import json_response
from libs.web.api import Route, Rule
from libs.web.executing import BUS, STORE
from services.reporting.lag.measuring import lag_of


def lag_routes(projections: Sequence[str]) -> tuple[Route, ...]:
    async def list_lags(request: web.Request) -> web.Response:
        value = [await lag_of(request.app[STORE], request.app[BUS], name) for name in projections]
        return json_response(to_json({"value": value}))

    rule = Rule("funnel", Operation.READ)
    return (Route("GET", "/api/v1/projections", list_lags, rule, "How far each read model is behind"),)
