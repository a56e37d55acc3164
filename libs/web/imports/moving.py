"""`POST /api/v1/imports/{id}/<action>`: an import checks, runs, stops, or takes back what it did."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from libs.jobs import jobs
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.answers import rendered
from libs.web.executing import STORE, execute
from libs.web.imports import store
from libs.web.imports.fitting import refuse_unallowed
from libs.web.imports.model import MOVES, Import, ImportCounts, ImportState
from libs.web.imports.running import ImportTask
from libs.web.imports.settings import KINDS
from libs.web.requests import caller_of, grants_of, whose

UNDO = "undo"


async def found_by(request: web.Request) -> Import:
    """The import that the path names, if it is the caller's; raises `NotFound`."""
    return await store.find(request.app[STORE], request.match_info["id"], owner_id=whose(request))


def begun(request: web.Request, work: UnitOfWork, found: Import, action: str) -> Import:
    """The import as the job of the action finds it; that begins with the commit."""
    state = MOVES.after(action, state=found.state)
    caller = caller_of(request)
    task = ImportTask(import_id=found.id, roles=caller.roles, via=caller.via, after_job_id=found.job_id)
    total = found.last_row if action == UNDO else found.rows
    job = jobs.begin(work, request.app[KINDS][action], task, total=total)
    counts = found.counts if action == UNDO else ImportCounts()
    return found.model_copy(update={"state": state, "job_id": job.id, "counts": counts})


def moving(action: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler that begins the job of an action."""

    async def move(request: web.Request) -> web.Response:
        async def command(work: UnitOfWork) -> Answer:
            found = await found_by(request)
            if action != UNDO:
                refuse_unallowed(grants_of(request), found.collection, found.settings)
            moved = begun(request, work, found, action)
            store.amend(work, found, moved.model_dump(include={"state", "job_id", "counts"}))
            return rendered(work, moved)

        return await execute(request, command)

    return move


async def cancel_import(request: web.Request) -> web.Response:
    """Asks its job to stop; what that has done until then stays done."""

    async def command(work: UnitOfWork) -> Answer:
        found = await found_by(request)
        MOVES.after("cancel", state=found.state)
        await jobs.cancel(work, str(found.job_id))
        state = ImportState.UPLOADED if found.state is ImportState.CHECKING else ImportState.CANCELED
        return rendered(work, found.model_copy(update={"state": state}))

    return await execute(request, command)
