"""What was issued as PDF over HTTP: as it was then, or as it stands today."""

from collections.abc import Callable
from datetime import date
from typing import Final, TypeVar

from aiohttp import web

from libs.domain.record import Record
from libs.domain.refusals import FieldError, InvalidFields
from libs.store.work import UnitOfWork
from libs.web.api import Route
from libs.web.executing import STORE
from libs.web.requests import context_of
from services.sales.issued_letters.commands import issued_letter
from services.sales.printing import commands as printing
from services.sales.printing.model import Addressed, Letter, Sheet
from services.sales.printing.routes import as_pdf, pdf_response

D = TypeVar("D", bound=Record)

_OPTIONS: Final = {"today": "`true` for the document as it stands today, not as it was issued"}


def issued_pdf_route(record_type: type[D], letter_of: Callable[[D, date], Letter]) -> Route:
    """`GET /api/v1/<collection>/{id}/pdf`. What was issued before there was a sender is shown as it stands today."""

    async def print_document(request: web.Request) -> web.Response:
        today = _asks_for_today(request)

        async def command(work: UnitOfWork) -> Addressed | Sheet:
            document = await work.get_target(record_type, request.match_info["id"])
            printing.require_seen_whole(work, record_type.collection)
            kept = None if today else await issued_letter(work, document)
            return kept or await printing.address(work, letter_of(document, work.now.date()))

        return await pdf_response(request, await request.app[STORE].run(command, context_of(request)))

    return as_pdf(record_type, print_document, "The document as it was issued", options=_OPTIONS)


def _asks_for_today(request: web.Request) -> bool:
    wrong = [name for name, value in request.query.items() if name != "today" or value not in {"true", "false"}]
    if wrong:
        errors = [FieldError(name, "unknown_option", "only today is known, true or false") for name in wrong]
        raise InvalidFields("a document has no such option", errors=errors)
    return request.query.get("today") == "true"
