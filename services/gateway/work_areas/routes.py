"""`GET /api/v1/work_areas`: the navigation of front ends, as far as the caller may see it."""

from collections.abc import Mapping
from functools import partial

import orjson
from aiohttp import web

from libs.domain.grants import may
from libs.web.requests import DIRECTORY
from services.gateway.gate import GATE
from services.gateway.ownership import BASE, BUILT
from services.gateway.work_areas.model import WORK_AREAS, WorkArea, title, visible

PATH = f"{BASE}work_areas"

DOCUMENTATION: Mapping[str, object] = {
    "get": {
        "operationId": "list_work_areas",
        "summary": "The work areas that the caller may see",
        "tags": ["work_areas"],
        "responses": {
            "200": {
                "description": "Work areas in display order, each with its groups and their collections.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/WorkAreas"}}},
            }
        },
    }
}


def _object(**properties: object) -> dict[str, object]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list_of(item: object) -> dict[str, object]:
    return {"type": "array", "items": item}


TEXT: Mapping[str, object] = {"type": "string"}
_COLLECTION = _object(name=TEXT, title=TEXT, href=TEXT)
_GROUP = _object(name=TEXT, collections=_list_of(_COLLECTION))
_AREA = _object(name=TEXT, default={"type": "boolean"}, groups=_list_of(_GROUP))
SCHEMAS: Mapping[str, object] = {"WorkAreas": _object(value=_list_of(_AREA))}


def add_routes(router: web.UrlDispatcher) -> None:
    """Answer callers with what their roles let them read."""
    router.add_get(PATH, list_work_areas)


async def list_work_areas(request: web.Request) -> web.Response:
    """The areas in display order."""
    grants = request.app[DIRECTORY].grants(await request.app[GATE].caller(request))
    areas = visible(BUILT, partial(may, grants))
    body = orjson.dumps({"value": [_presented(area) for area in areas]})
    return web.Response(body=body, content_type="application/json")


def _presented(area: WorkArea) -> dict[str, object]:
    return {
        "name": area.name,
        "default": area.name == WORK_AREAS[0].name,
        "groups": [
            {
                "name": group.name,
                "collections": [
                    {"name": name, "title": title(name), "href": f"{BASE}{name}"} for name in group.collections
                ],
            }
            for group in area.groups
        ],
    }
