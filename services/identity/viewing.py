"""Lists of one's own: administrators see everybody's sessions and keys, others theirs."""

from dataclasses import replace

from aiohttp import web

from libs.domain.grants import EVERYTHING
from libs.domain.record import Record
from libs.domain.refusals import NotFound
from libs.store.clock import utc_now
from libs.store.documents import to_json
from libs.store.query.options import parse_list_query
from libs.store.query.paging import next_link
from libs.store.queryable import query_fields_of
from libs.store.reading import read_one, read_page
from libs.web.answers import json_response
from libs.web.executing import STORE
from libs.web.requests import etag, whose


async def list_own(request: web.Request, record_type: type[Record]) -> web.Response:
    params = list(request.query.items())
    query = parse_list_query(params, query_fields_of(record_type), now=utc_now())
    if (owner := whose(request)) is not None:
        query = replace(query, filter={"$and": [query.filter, {"owner_id": owner}]})
    page = await read_page(request.app[STORE], record_type, query, EVERYTHING)
    body: dict[str, object] = {"value": page.value}
    if page.count is not None:
        body["@odata.count"] = page.count
    if link := next_link(request.path, params, query, has_more=page.has_more):
        body["@odata.nextLink"] = link
    return json_response(to_json(body))


async def read_own(request: web.Request, record_type: type[Record]) -> web.Response:
    """Raises `NotFound` for what is others'."""
    record_id = request.match_info["id"]
    view = await read_one(request.app[STORE], record_type, record_id, EVERYTHING)
    if whose(request) not in {None, view["owner_id"]}:
        raise NotFound(f"no {record_type.aggregate.rpartition('.')[2]} has the id {record_id}")
    return json_response(to_json(view), headers={"ETag": etag(view["version"])})
