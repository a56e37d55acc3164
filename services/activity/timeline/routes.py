"""Timelines over HTTP."""

import re
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from libs.domain.refusals import InvalidFields, NotFound
from libs.store.absent import led_away
from libs.store.copies import seen
from libs.store.documents import to_json
from libs.store.query.limits import DEFAULT_TOP, MAX_TOP
from libs.web.access import Operation, require
from libs.web.answers import json_response
from libs.web.api import Route, Rule
from libs.web.executing import STORE
from libs.web.requests import grants_of
from services.activity.timeline import store as timeline
from services.activity.timeline.model import TimelineEntry
from services.activity.timeline.viewing import visible

_WHOLE_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")

OPTIONS: Final = {
    "$top": f"entries a page, at most {MAX_TOP}",
    "after": "where the page begins, as @odata.nextLink says it",
}


async def read_timeline(request: web.Request) -> web.Response:
    """What happened to a record, newest first, as far as it happened to records that the caller may see."""
    grants = grants_of(request)
    collection, record_id = request.match_info["collection"], request.match_info["id"]
    require(grants, collection, Operation.READ)
    top, after = _page_of(request)
    store, subject = request.app[STORE], f"{collection}/{record_id}"
    if not await seen(store, [subject], grants):
        raise NotFound(f"no record {subject}")
    if (led := await led_away(store, collection, record_id)) is not None:
        raise led
    piece = await timeline.read_entries(store, subject, top=top, after=after)
    entries = await visible(store, piece.entries, grants)
    body: dict[str, object] = {"value": entries}
    if piece.last is not None:
        following = urlencode({"$top": top, "after": str(piece.last)}, safe="$")
        body["@odata.nextLink"] = f"{request.path}?{following}"
    return json_response(to_json(body))


def _page_of(request: web.Request) -> tuple[int, timeline.Position | None]:
    given = {name if name == "after" else f"${name.removeprefix('$')}": text for name, text in request.query.items()}
    if unknown := given.keys() - OPTIONS.keys():
        raise InvalidFields.at(min(unknown), "unknown_option", f"known are: {', '.join(OPTIONS)}")
    top = given.get("$top", str(DEFAULT_TOP))
    if _WHOLE_NUMBER.fullmatch(top) is None or int(top) > MAX_TOP:
        raise InvalidFields.at("$top", "out_of_range", f"a whole number from 1 to {MAX_TOP} is wanted")
    return int(top), timeline.Position.parse(given["after"]) if "after" in given else None


ROUTES: Final = (
    Route(
        "GET",
        "/api/v1/timeline/{collection}/{id}",
        read_timeline,
        Rule("timeline", Operation.READ),
        "Everything that happened to a record, newest first",
        answer=TimelineEntry,
        lists=True,
        options=OPTIONS,
    ),
)
