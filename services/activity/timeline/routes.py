"""Timelines over HTTP."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
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
from services.activity.relations.store import alone, circle_of
from services.activity.timeline import store as timeline
from services.activity.timeline.model import KINDS, TimelineEntry
from services.activity.timeline.viewing import visible

_WHOLE_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")

LEFT_OUT: Final = "X-Related-Left-Out"
"""Says `true` where so many records belong to this one that not all of them are looked at."""

OPTIONS: Final = {
    "$top": f"entries a page, at most {MAX_TOP}",
    "kind": f"only entries of these kinds, with a comma between: {', '.join(KINDS)}",
    "related": "false leaves out what happened to the records that belong to this one",
    "after": "where the page begins, as @odata.nextLink says it",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of a timeline, as its query says it; no `kinds` are all. `given` is what the next page is asked for by."""

    top: int
    kinds: tuple[str, ...]
    related: bool
    after: timeline.Position | None
    given: dict[str, str]

    def following(self, last: timeline.Position) -> str:
        return urlencode({**self.given, "$top": self.top, "after": str(last)}, safe="$,")


async def read_timeline(request: web.Request) -> web.Response:
    """What happened to a record, newest first, as far as it happened to records that the caller may see."""
    grants = grants_of(request)
    collection, record_id = request.match_info["collection"], request.match_info["id"]
    require(grants, collection, Operation.READ)
    asked = _asked(request)
    store, subject = request.app[STORE], f"{collection}/{record_id}"
    if not await seen(store, [subject], grants):
        raise NotFound(f"no record {subject}")
    if (led := await led_away(store, collection, record_id)) is not None:
        raise led
    circle = await circle_of(store, subject) if asked.related else await alone(store, subject)
    piece = await timeline.read_entries(store, circle.subjects, top=asked.top, after=asked.after, kinds=asked.kinds)
    body: dict[str, object] = {"value": await visible(store, piece.entries, grants)}
    if piece.last is not None:
        body["@odata.nextLink"] = f"{request.path}?{asked.following(piece.last)}"
    return json_response(to_json(body), headers=None if circle.whole else {LEFT_OUT: "true"})


def _asked(request: web.Request) -> Asked:
    """Raises `InvalidFields` for what is no option, or no value of one."""
    given = {name if name in OPTIONS else f"${name.removeprefix('$')}": text for name, text in request.query.items()}
    if unknown := given.keys() - OPTIONS.keys():
        raise InvalidFields.at(min(unknown), "unknown_option", f"known are: {', '.join(OPTIONS)}")
    top = given.get("$top", str(DEFAULT_TOP))
    if _WHOLE_NUMBER.fullmatch(top) is None or int(top) > MAX_TOP:
        raise InvalidFields.at("$top", "out_of_range", f"a whole number from 1 to {MAX_TOP} is wanted")
    related = given.get("related", "true")
    if related not in {"true", "false"}:
        raise InvalidFields.at("related", "unknown_value", "true or false is wanted")
    after = timeline.Position.parse(given["after"]) if "after" in given else None
    return Asked(int(top), _kinds_of(given), related == "true", after, given)


def _kinds_of(given: Mapping[str, str]) -> tuple[str, ...]:
    if "kind" not in given:
        return ()
    names = given["kind"].split(",")
    if unknown := [name for name in names if name not in KINDS]:
        raise InvalidFields.at("kind", "unknown_kind", f"{unknown[0]!r} is none of: {', '.join(KINDS)}")
    return tuple(sorted({kind for name in names for kind in KINDS[name]}))


ROUTES: Final = (
    Route(
        "GET",
        "/api/v1/timeline/{collection}/{id}",
        read_timeline,
        Rule("timeline", Operation.READ),
        "Everything that happened to a record and to those that belong to it, newest first",
        answer=TimelineEntry,
        lists=True,
        options=OPTIONS,
    ),
)
