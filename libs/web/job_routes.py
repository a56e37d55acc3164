"""Long jobs over HTTP: how far they are, and stopping them. People see their own, administrators all."""

from aiohttp import web

from libs.jobs import jobs
from libs.jobs.jobs import Job
from libs.store.documents import to_json
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import json_response, rendered
from libs.web.api import Route, Rule
from libs.web.executing import STORE, execute
from libs.web.listing import list_query_of, list_response
from libs.web.requests import whose


async def list_jobs(request: web.Request) -> web.Response:
    query = list_query_of(request, jobs.QUERY_FIELDS)
    found, count = await jobs.page(request.app[STORE], query, owner_id=whose(request))
    return list_response(request, query, found, count)


async def read_job(request: web.Request) -> web.Response:
    job = await jobs.find(request.app[STORE], request.match_info["id"], owner_id=whose(request))
    return json_response(to_json(job.model_dump()))


async def cancel_job(request: web.Request) -> web.Response:
    async def command(work: UnitOfWork) -> Answer:
        return rendered(work, await jobs.cancel(work, request.match_info["id"], owner_id=whose(request)))

    return await execute(request, command)


def job_routes() -> list[Route]:
    base, one = "/api/v1/jobs", "/api/v1/jobs/{id}"
    read = Rule("jobs", Operation.READ)
    return [
        Route("GET", base, list_jobs, read, "List long jobs", answer=Job, lists=True),
        Route("GET", one, read_job, read, "How far a long job is", answer=Job),
        Route("POST", f"{one}/cancel", cancel_job, read, "Stop a long job", answer=Job),
    ]
