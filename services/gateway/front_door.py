"""`GET /`: people come to the page about the API, programs learn where everything is."""

from typing import Final

import orjson
from aiohttp import hdrs, web

from services.gateway.openapi.collection import PATH as OPENAPI
from services.gateway.openapi.own import INFO
from services.gateway.ownership import BASE

PATH: Final = "/"
PAGE: Final = "/docs"

_WHERE: Final = orjson.dumps(
    {
        "name": INFO["title"],
        "version": INFO["version"],
        "api": BASE,
        "sign_in": f"{BASE}auth/token",
        "work_areas": f"{BASE}work_areas",
        "openapi": OPENAPI,
        "documentation": PAGE,
    }
)


def add_routes(router: web.UrlDispatcher) -> None:
    """Answer anyone; nothing of it is private."""
    router.add_get(PATH, welcome)


async def welcome(request: web.Request) -> web.Response:
    """A redirect for whoever asks for HTML, as browsers do; links for everybody else."""
    headers = {hdrs.VARY: hdrs.ACCEPT}
    if "text/html" in request.headers.get(hdrs.ACCEPT, ""):
        return web.Response(status=302, headers=headers | {hdrs.LOCATION: PAGE})
    return web.Response(body=_WHERE, content_type="application/json", headers=headers)
