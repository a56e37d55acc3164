"""The hierarchy of accounts over HTTP."""

from typing import Final

from aiohttp import web

from libs.store.documents import to_json
from libs.web.access import Operation
from libs.web.answers import json_response
from libs.web.api import Route, Rule
from libs.web.executing import STORE
from libs.web.requests import grants_of
from services.sales.accounts.model import Account
from services.sales.hierarchy import store
from services.sales.hierarchy.model import Hierarchy


async def show_hierarchy(request: web.Request) -> web.Response:
    hierarchy = await store.read_hierarchy(request.app[STORE], request.match_info["id"], grants_of(request))
    return json_response(to_json(hierarchy.model_dump()))


ROUTES: Final = (
    Route(
        "GET",
        "/api/v1/accounts/{id}/hierarchy",
        show_hierarchy,
        Rule(Account.collection, Operation.READ),
        "The tree of accounts in which this one stands, as far as the caller may see it",
        answer=Hierarchy,
    ),
)
