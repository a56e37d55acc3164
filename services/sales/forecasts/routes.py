"""What a pipeline holds, over HTTP."""

from typing import Final

from aiohttp import web

from libs.domain.grants import refuse_hidden
from libs.domain.refusals import FieldError, InvalidFields
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.documents import to_json
from libs.store.reading import read_one
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import json_response
from libs.web.api import Route, Rule
from libs.web.executing import STORE
from libs.web.requests import grants_of
from services.sales.currencies import store as currencies
from services.sales.forecasts import model, store
from services.sales.forecasts.model import Summary
from services.sales.opportunities.model import Opportunity
from services.sales.pipelines.model import Pipeline

_OPTIONS: Final = {"currency": "ISO 4217 code of the figures; EUR unless given"}


async def read_summary(request: web.Request) -> web.Response:
    """Of the opportunities that the caller may see; what was won counts from the first day of this month, in UTC."""
    database, pipeline_id, grants = request.app[STORE], request.match_info["id"], grants_of(request)
    if unknown := [name for name in request.query if name not in _OPTIONS]:
        errors = [FieldError(name, "unknown_option", f"known are {', '.join(_OPTIONS)}") for name in unknown]
        raise InvalidFields("the summary has no such option", errors=errors)
    await read_one(database, Pipeline, pipeline_id, grants)
    refuse_hidden(store.USED, grants, Opportunity.collection)
    currency, today = request.query.get("currency", "EUR"), utc_now().date()
    cells = await store.cells(database, pipeline_id, grants, won_since=today.replace(day=1))

    async def summed(work: UnitOfWork) -> Summary:
        pipeline = await work.get(Pipeline, pipeline_id)
        known = await currencies.by_codes(work, {currency, *(cell.currency for cell in cells)})
        return model.summary(pipeline, cells, model.Rates(currency, known, on=today))

    return json_response(to_json((await database.run(summed, Context())).model_dump()))


ROUTES: Final = (
    Route(
        "GET",
        "/api/v1/pipelines/{id}/summary",
        read_summary,
        Rule(Pipeline.collection, Operation.READ),
        "What is in which stage, and what it may bring when",
        answer=Summary,
        options=_OPTIONS,
    ),
)
