"""`GET /openapi.json`: the merged document."""

import orjson
from aiohttp import web

from services.gateway.openapi.collection import DOCUMENT, PATH


def add_routes(router: web.UrlDispatcher) -> None:
    """Serve the document to anyone; it describes and contains nothing private."""
    router.add_get(PATH, get_document)


async def get_document(request: web.Request) -> web.Response:
    """The document as JSON."""
    return web.Response(body=await request.app[DOCUMENT].rendered(orjson.dumps), content_type="application/json")
