"""Long jobs over HTTP: how far they are, and stopping them. People see their own, administrators all."""

from typing import Any, Final

from aiohttp import web

from libs.jobs import jobs
from libs.jobs.jobs import Job
from libs.store.clock import utc_now
from libs.store.documents import to_json
from libs.store.query.options import parse_list_query
from libs.store.query.paging import next_link
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import json_response, rendered
from libs.web.api import Route, Rule
from libs.web.executing import STORE, execute
from libs.web.requests import caller_of, grants_of

SERVICE_PARAMETER: Final = "service"
"""By this the gateway knows whose list is meant; an id tells it by itself."""


async def list_jobs(request: web.Request) -> web.Response:
    params = list(request.query.items())
    query = parse_list_query(params, jobs.QUERY_FIELDS, now=utc_now(), also=(SERVICE_PARAMETER,))
    found, count = await jobs.page(request.app[STORE], query, owner_id=_whose(request))
    body: dict[str, Any] = {"value": [_view(job, query.select) for job in found[: query.top]]}
    if count is not None:
        body["@odata.count"] = count
    if link := next_link(request.path, params, query, has_more=len(found) > query.top):
        body["@odata.nextLink"] = link
    return json_response(to_json(body))


async def read_job(request: web.Request) -> web.Response:
    job = await jobs.find(request.app[STORE], request.match_info["id"], owner_id=_whose(request))
    return json_response(to_json(job.model_dump()))


async def cancel_job(request: web.Request) -> web.Response:
    async def command(work: UnitOfWork) -> Answer:
        return rendered(work, await jobs.cancel(work, request.match_info["id"], owner_id=_whose(request)))

    return await execute(request, command)


def _whose(request: web.Request) -> str | None:
    """Whose jobs the caller sees, None for all."""
    return None if grants_of(request).everything else caller_of(request).user_id


def _view(job: Job, select: tuple[str, ...] | None) -> dict[str, Any]:
    return job.model_dump(include=None if select is None else {"id", *select})


def job_routes() -> list[Route]:
    base, one = "/api/v1/jobs", "/api/v1/jobs/{id}"
    read = Rule("jobs", Operation.READ)
    return [
        Route("GET", base, list_jobs, read, "List long jobs", answer=Job, lists=True),
        Route("GET", one, read_job, read, "How far a long job is", answer=Job),
        Route("POST", f"{one}/cancel", cancel_job, read, "Stop a long job", answer=Job),
    ]
