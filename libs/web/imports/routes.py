"""Imports over HTTP. People see their own, administrators all."""

from typing import Final

from aiohttp import web

from libs.domain.grants import Operation
from libs.domain.record import Record
from libs.store.documents import to_json
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.tables.formats import CONTENT_TYPES
from libs.web.answers import json_response, rendered
from libs.web.api import Route, Rule
from libs.web.executing import STORE, execute
from libs.web.imports import store
from libs.web.imports.accepting import accept
from libs.web.imports.duplicates import PAGE_OPTIONS, RowDuplicatesPage, duplicates_of
from libs.web.imports.errors import ERROR_OPTIONS, RowErrorsPage, errors_of
from libs.web.imports.fitting import problems_of, refuse_unallowed, refuse_unfit
from libs.web.imports.model import MOVES, Import, ImportSettings
from libs.web.imports.moving import cancel_import, found_by, moving
from libs.web.imports.settings import RESOURCES, targets_for
from libs.web.listing import list_query_of, list_response
from libs.web.patching import merge, patch_of
from libs.web.requests import body_of, grants_of, parse, whose

_CHANGED: Final = {"mapping", "mode", "key", "allow_duplicates", "problems", "state"}


async def list_imports(request: web.Request) -> web.Response:
    query = list_query_of(request, store.QUERY_FIELDS)
    found, count = await store.page(request.app[STORE], query, owner_id=whose(request))
    return list_response(request, query, found, count)


async def read_import(request: web.Request) -> web.Response:
    return json_response(to_json((await found_by(request)).model_dump()))


async def change_import(request: web.Request) -> web.Response:
    body = await body_of(request)
    patch = patch_of(body)

    async def command(work: UnitOfWork) -> Answer:
        changed = _changed(request, found := await found_by(request), patch)
        store.amend(work, found, changed.model_dump(include=_CHANGED))
        return rendered(work, changed)

    return await execute(request, command, body=body)


def _changed(request: web.Request, found: Import, patch: dict[str, object]) -> Import:
    state = MOVES.after("change", state=found.state)
    settings = parse(to_json(merge(found.settings.model_dump(), patch)), ImportSettings)
    record_type: type[Record] = request.app[RESOURCES][found.collection].record
    refuse_unallowed(grants_of(request), found.collection, settings)
    targets = targets_for(request, record_type)
    refuse_unfit(record_type, targets, found.columns, settings)
    problems = problems_of(targets, found.columns, settings)
    return found.model_copy(update={**settings.__dict__, "problems": problems, "state": state})


async def list_duplicates(request: web.Request) -> web.Response:
    return await duplicates_of(request, await found_by(request))


async def list_errors(request: web.Request) -> web.StreamResponse:
    return await errors_of(request, await found_by(request))


def import_routes() -> list[Route]:
    base, one = "/api/v1/imports", "/api/v1/imports/{id}"
    create, read = Rule("imports", Operation.CREATE), Rule("imports", Operation.READ)
    actions = {
        "check": "Try every row and write nothing",
        "run": "Make records of the rows",
        "undo": "Take back what the import did",
    }
    return [
        Route("GET", base, list_imports, read, "List imports", answer=Import, lists=True),
        Route("POST", base, accept, create, "Send a file to import", None, Import, status=201, raw_body="import"),
        Route("GET", one, read_import, read, "How far an import is", answer=Import),
        Route("PATCH", one, change_import, create, "Say what the columns mean", ImportSettings, Import),
        *(
            Route("POST", f"{one}/{name}", moving(name), create, summary, answer=Import)
            for name, summary in actions.items()
        ),
        Route("POST", f"{one}/cancel", cancel_import, create, "Stop an import", answer=Import),
        Route(
            "GET",
            f"{one}/errors",
            list_errors,
            read,
            "The rows that failed, and why",
            answer=RowErrorsPage,
            options=ERROR_OPTIONS,
            media=tuple(CONTENT_TYPES.values()),
        ),
        Route(
            "GET",
            f"{one}/duplicates",
            list_duplicates,
            read,
            "The rows that are like other records, and by which rules",
            answer=RowDuplicatesPage,
            options=PAGE_OPTIONS,
        ),
    ]
