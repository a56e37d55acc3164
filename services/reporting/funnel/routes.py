"""The funnel over HTTP."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from aiohttp import web

from libs.domain.grants import Grants, hidden_fields, refuse_hidden
from libs.domain.refusals import FieldError, InvalidFields
from libs.store.copies import known_copies, seen
from libs.store.documents import to_json
from libs.store.store import Store
from libs.web.access import Operation
from libs.web.answers import json_response
from libs.web.api import Route, Rule
from libs.web.executing import BUS, STORE
from libs.web.requests import grants_of
from services.reporting.funnel import store as rows
from services.reporting.funnel.model import PROJECTION, USED
from services.reporting.funnel.store import Selection
from services.reporting.lag.measuring import lag_of

_PARTS: Final = ("campaign", "day")


def selection_in(request: web.Request) -> Selection:
    """`campaign_id`, `since`, `until` (days) and `by` (campaign, day or both); raises `InvalidFields`."""
    query = request.query
    errors = [
        FieldError(name, "unknown_option", f"known are {', '.join(_OPTIONS)}") for name in query if name not in _OPTIONS
    ]
    errors += [
        FieldError(name, "date_parsing", "must be a day, YYYY-MM-DD")
        for name in ("since", "until")
        if name in query and not _is_day(query[name])
    ]
    by = tuple(part.strip() for part in query.get("by", "campaign").split(","))
    if any(part not in _PARTS for part in by):
        errors.append(FieldError("by", "unknown_part", f"must be of {', '.join(_PARTS)}"))
    if errors:
        raise InvalidFields("the funnel cannot be cut like this", errors=errors)
    return Selection(query.get("campaign_id"), query.get("since"), query.get("until"), by)


_OPTIONS: Final = ("campaign_id", "since", "until", "by")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


async def read_funnel(request: web.Request) -> web.Response:
    """Counts per campaign and day, and how far they are behind the events."""
    store, grants = request.app[STORE], grants_of(request)
    for collection, names in USED.items():
        refuse_hidden(names, grants, collection)
    entries = await rows.sums(store, selection_in(request), grants)
    called = await _names(store, {entry["campaign_id"] for entry in entries if entry.get("campaign_id")}, grants)
    for entry in entries:
        if "campaign_id" in entry:
            entry["campaign_name"] = called.get(entry["campaign_id"])
    lag = await lag_of(store, request.app[BUS], PROJECTION)
    return json_response(to_json({"value": entries, "lag": lag}))


async def _names(store: Store, campaign_ids: Iterable[str], grants: Grants) -> dict[str, str]:
    """What those campaigns are called whose name the caller may see."""
    if "name" in hidden_fields(grants, "campaigns"):
        return {}
    found = await known_copies(store, await seen(store, (f"campaigns/{id_}" for id_ in campaign_ids), grants))
    return {subject.partition("/")[2]: row["name"] for subject, row in found.items()}


ROUTES: Final = (
    Route("GET", "/api/v1/funnel", read_funnel, Rule("funnel", Operation.READ), "From responses to won opportunities"),
)
