"""Documents as PDF over HTTP."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from aiohttp import web

from libs.domain.record import Record
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.api import Handler, Route, Rule
from libs.web.executing import STORE
from libs.web.requests import context_of
from services.sales.printing import commands
from services.sales.printing.model import Addressed, Letter, Sheet
from services.sales.printing.typesetter import TYPESETTER

D = TypeVar("D", bound=Record)


def pdf_route(record_type: type[D], letter_of: Callable[[D, date], Letter]) -> Route:
    """`GET /api/v1/<collection>/{id}/pdf`."""

    async def print_document(request: web.Request) -> web.Response:
        async def command(work: UnitOfWork) -> Addressed:
            document = await work.get_target(record_type, request.match_info["id"])
            return await commands.address(work, letter_of(document, work.now.date()))

        return await pdf_response(request, await request.app[STORE].run(command, context_of(request)))

    return as_pdf(record_type, print_document, "The document as its customer gets it, in their language")


def as_pdf(
    record_type: type[Record], handler: Handler, summary: str, *, options: Mapping[str, str] | None = None
) -> Route:
    return Route(
        "GET",
        f"/api/v1/{record_type.collection}/{{id}}/pdf",
        handler,
        Rule(record_type.collection, Operation.READ),
        summary,
        media=("application/pdf",),
        options=options,
    )


async def pdf_response(request: web.Request, letter: Addressed | Sheet) -> web.Response:
    headers = {
        "Content-Disposition": f'inline; filename="{letter.file_name}"',
        "Cache-Control": "private, no-store",
    }
    body = await request.app[TYPESETTER].pdf(letter)
    return web.Response(body=body, content_type="application/pdf", headers=headers)
