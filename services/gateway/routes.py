"""Every path under `/api/v1/` that the gateway does not answer itself goes through the gate."""

from aiohttp import web

from services.gateway.connections import CONNECTIONS
from services.gateway.cors import ORIGINS
from services.gateway.gate import GATE
from services.gateway.ownership import BASE


def add_routes(router: web.UrlDispatcher) -> None:
    """The catch-all; more exact routes are found before it."""
    router.add_route("*", BASE + "{path:.*}", pass_on)


async def pass_on(request: web.Request) -> web.StreamResponse:
    """Answer as the owner of the path does."""
    app = request.app
    preflight = app[ORIGINS].answers_preflight(request)
    if preflight is not None:
        return preflight
    with app[CONNECTIONS].answering(request):
        return await app[GATE].pass_on(request)
