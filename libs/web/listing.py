"""Lists of what is no record, with the same query options and answers as lists of records."""

from collections.abc import Sequence
from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel

from libs.store.clock import utc_now
from libs.store.documents import to_json
from libs.store.query.fields import QueryFields
from libs.store.query.options import ListQuery, parse_list_query
from libs.store.query.paging import next_link
from libs.web.answers import json_response

OWNER_PARAMETERS: Final = ("service", "collection")
"""Query parameters that tell the gateway which service a list without an id is asked of."""


def list_query_of(request: web.Request, fields: QueryFields) -> ListQuery:
    """Raises `InvalidQuery`."""
    return parse_list_query(request.query.items(), fields, now=utc_now(), also=OWNER_PARAMETERS)


def list_response(
    request: web.Request, query: ListQuery, found: Sequence[BaseModel], count: int | None
) -> web.Response:
    """A page; `found` may hold one more, which tells that there are more."""
    members = None if query.select is None else {"id", *query.select}
    body: dict[str, Any] = {"value": [each.model_dump(include=members) for each in found[: query.top]]}
    if count is not None:
        body["@odata.count"] = count
    if link := next_link(request.path, request.query.items(), query, has_more=len(found) > query.top):
        body["@odata.nextLink"] = link
    return json_response(to_json(body))
