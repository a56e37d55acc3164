"""`GET /api/v1/` and `GET /api/v1/$metadata`: the service document and the description of all entity sets."""

from typing import Final

import orjson
from aiohttp import hdrs, web

from libs.web.odata import VERSION
from services.gateway.odata.csdl import metadata
from services.gateway.odata.schema import schema_of
from services.gateway.openapi.collection import DOCUMENT
from services.gateway.openapi.merge import Json
from services.gateway.ownership import BASE

METADATA: Final = f"{BASE}$metadata"


def add_routes(router: web.UrlDispatcher) -> None:
    """Serve both to anyone; they describe and contain nothing private."""
    router.add_get(BASE, get_service_document)
    router.add_get(METADATA, get_metadata)


async def get_service_document(request: web.Request) -> web.Response:
    """The names of the entity sets, as JSON."""
    body = await request.app[DOCUMENT].rendered(service_document)
    return web.Response(body=body, headers={hdrs.CONTENT_TYPE: "application/json", **VERSION})


async def get_metadata(request: web.Request) -> web.Response:
    """The types and the entity sets, as CSDL XML."""
    body = await request.app[DOCUMENT].rendered(metadata_of)
    return web.Response(body=body, headers={hdrs.CONTENT_TYPE: "application/xml", **VERSION})


def service_document(document: Json) -> bytes:
    """The service document of a merged OpenAPI document."""
    names = [each.name for each in schema_of(document).entity_sets]
    sets = [{"name": name, "kind": "EntitySet", "url": name} for name in names]
    return orjson.dumps({"@odata.context": "$metadata", "value": sets})


def metadata_of(document: Json) -> bytes:
    """The CSDL of a merged OpenAPI document."""
    return metadata(schema_of(document))
