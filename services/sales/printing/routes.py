"""Documents as PDF over HTTP."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from aiohttp import web

from libs.domain.record import Record
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.api import Route, Rule
from libs.web.executing import STORE
from libs.web.requests import context_of
from services.sales.printing import commands
from services.sales.printing.model import Addressed, Letter
from services.sales.printing.typesetter import TYPESETTER

D = TypeVar("D", bound=Record)


def pdf_route(record_type: type[D], letter_of: Callable[[D, date], Letter]) -> Route:
    """`GET /api/v1/<collection>/{id}/pdf`."""

    async def print_document(request: web.Request) -> web.Response:
        async def command(work: UnitOfWork) -> Addressed:
            document = await work.get_target(record_type, request.match_info["id"])
            return await commands.address(work, letter_of(document, work.now.date()))

        return await pdf_response(request, await request.app[STORE].run(command, context_of(request)))

    return Route(
        "GET",
        f"/api/v1/{record_type.collection}/{{id}}/pdf",
        print_document,
        Rule(record_type.collection, Operation.READ),
        "The document as its customer gets it, in their language",
        media=("application/pdf",),
    )


async def pdf_response(request: web.Request, addressed: Addressed) -> web.Response:
    headers = {
        "Content-Disposition": f'inline; filename="{addressed.letter.file_name}"',
        "Cache-Control": "private, no-store",
    }
    body = await request.app[TYPESETTER].pdf(addressed)
    return web.Response(body=body, content_type="application/pdf", headers=headers)
