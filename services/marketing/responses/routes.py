"""Response counts of a campaign over HTTP."""

from typing import Final

from aiohttp import web

from libs.domain.grants import refuse_hidden
from libs.store.documents import to_json
from libs.store.reading import read_one
from libs.web.access import Operation
from libs.web.answers import json_response
from libs.web.api import Route, Rule
from libs.web.executing import STORE
from libs.web.requests import grants_of
from services.marketing.campaigns.model import Campaign
from services.marketing.responses import store as rows


async def count_responses(request: web.Request) -> web.Response:
    """`total`, `by_response` and `by_channel`, counted now from the responses known here."""
    store, campaign_id = request.app[STORE], request.match_info["id"]
    grants = grants_of(request)
    await read_one(store, Campaign, campaign_id, grants)
    refuse_hidden(rows.USED, grants, "activities")
    return json_response(to_json(await rows.counts(store, campaign_id, grants)))


ROUTES: Final = (
    Route(
        "GET",
        "/api/v1/campaigns/{id}/responses",
        count_responses,
        Rule("campaigns", Operation.READ),
        "How many responses a campaign has",
    ),
)
