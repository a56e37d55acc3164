"""Goals over HTTP, and how far they are."""

from functools import partial
from typing import Final

from aiohttp import web

from libs.store.context import Context
from libs.store.documents import to_json
from libs.store.reading import read_one
from libs.web.access import Operation
from libs.web.answers import json_response
from libs.web.api import Route, Rule
from libs.web.executing import STORE
from libs.web.requests import grants_of
from libs.web.resource import Resource
from services.sales.goals import commands
from services.sales.goals.model import Goal, Progress

RESOURCE: Final = Resource(
    Goal, create=commands.create_goal, change=commands.change_goal, restore=commands.restore_goal
)


async def read_progress(request: web.Request) -> web.Response:
    """Whoever may see the goal may know how far it is: the sums are of all that it is about."""
    store, goal_id = request.app[STORE], request.match_info["id"]
    await read_one(store, Goal, goal_id, grants_of(request))
    progress = await store.run(partial(commands.measure_goal, goal_id=goal_id), Context())
    return json_response(to_json(progress.model_dump()))


ROUTES: Final = (
    Route(
        "GET",
        "/api/v1/goals/{id}/progress",
        read_progress,
        Rule(Goal.collection, Operation.READ),
        "How far a goal is, with those under it",
        answer=Progress,
    ),
)
