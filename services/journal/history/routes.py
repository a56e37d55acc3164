"""What happened to a record of any service, and how it was at a time. Whoever may read the record may ask."""

from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from libs.contracts.envelope import Envelope
from libs.domain.grants import Operation, reaches, trimmed
from libs.domain.refusals import InvalidFields, NotFound
from libs.store.documents import to_json
from libs.web.access import require
from libs.web.answers import json_response
from libs.web.api import SIGNED_IN, Route
from libs.web.executing import STORE
from libs.web.requests import grants_of
from services.journal.events.model import number_in
from services.journal.history import store as history
from services.journal.history.model import HistoryEntry, Place, moment_in, view_of

DEFAULT_TOP: Final = 50
MOST: Final = 200

PAGE_OPTIONS: Final = {
    "$top": f"entries a page, at most {MOST}",
    "after": "where the page begins, as @odata.nextLink says it",
}
AS_OF: Final = "as_of"
AS_OF_OPTIONS: Final = {AS_OF: "a point in time, such as 2026-03-01T08:30:00Z"}


async def read_history(request: web.Request) -> web.Response:
    """A page of entries, the last event first; of a removed record too."""
    given = {name if name == "after" else f"${name.removeprefix('$')}": text for name, text in request.query.items()}
    if unknown := given.keys() - PAGE_OPTIONS.keys():
        raise InvalidFields.at(min(unknown), "unknown_option", f"known are: {', '.join(PAGE_OPTIONS)}")
    top = number_in(given.get("$top", str(DEFAULT_TOP)), "$top", least=1, most=MOST)
    after = Place.parse(given["after"]) if "after" in given else None
    last = await _last_event(request)
    store, grants = request.app[STORE], grants_of(request)
    piece = await history.read_history(store, last.subject, top=top, after=after)
    names = await history.names_of(store, {told.event.actorid for told in piece.events if told.event.actorid})
    body: dict[str, object] = {"value": [view_of(told, names, grants) for told in piece.events]}
    if piece.last is not None:
        following = urlencode({"$top": top, "after": str(piece.last)}, safe="$")
        body["@odata.nextLink"] = f"{request.path}?{following}"
    return json_response(to_json(body))


async def read_as_of(request: web.Request) -> web.Response:
    """The record with the fields that it had then, for whoever may read it now."""
    if AS_OF not in request.query:
        raise InvalidFields.at(AS_OF, "missing", "the journal tells how a record was at a time")
    at = moment_in(request.query[AS_OF], AS_OF)
    last = await _last_event(request)
    then = await history.last_event(request.app[STORE], last.subject, until=at)
    if then is None or then.removes:
        raise NotFound(f"no record {last.subject} was there at that time")
    return json_response(to_json(trimmed(then.record, grants_of(request), then.collection)))


async def _last_event(request: web.Request) -> Envelope:
    """The newest event of the record; raises `NotFound` also for a record that the caller may not see."""
    collection, record_id, grants = request.match_info["collection"], request.match_info["id"], grants_of(request)
    require(grants, collection, Operation.READ)
    last = await history.last_event(request.app[STORE], f"{collection}/{record_id}")
    if last is None or not reaches(grants, collection, Operation.READ, last.record):
        raise NotFound(f"no record {collection}/{record_id} is in the journal")
    return last


ROUTES: Final = (
    Route(
        "GET",
        "/api/v1/{collection}/{id}/history",
        read_history,
        SIGNED_IN,
        "Every change of a record: who, when, by which way, what it was before",
        answer=HistoryEntry,
        lists=True,
        options=PAGE_OPTIONS,
    ),
    Route(
        "GET",
        "/api/v1/{collection}/{id}",
        read_as_of,
        SIGNED_IN,
        "A record as it was at a time",
        options=AS_OF_OPTIONS,
    ),
)
