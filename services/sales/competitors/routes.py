"""Competitors over HTTP, and the record of wins and losses against each."""

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
from libs.web.resource import Resource
from services.sales.competitors import store as outcomes
from services.sales.competitors.model import Competitor
from services.sales.opportunities.model import Opportunity

RESOURCE: Final = Resource(Competitor)


async def read_win_loss(request: web.Request) -> web.Response:
    store, competitor_id, grants = request.app[STORE], request.match_info["id"], grants_of(request)
    await read_one(store, Competitor, competitor_id, grants)
    refuse_hidden(outcomes.USED, grants, Opportunity.collection)
    return json_response(to_json(await outcomes.win_loss(store, competitor_id, grants)))


ROUTES: Final = (
    Route(
        "GET",
        "/api/v1/competitors/{id}/win_loss",
        read_win_loss,
        Rule(Competitor.collection, Operation.READ),
        "How many sales we won and lost against a competitor",
    ),
)
"""Counted when asked for: a row is its opportunity, so that nothing can be counted twice."""
