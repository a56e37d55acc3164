"""Sending quotes over HTTP."""

from typing import Final

from aiohttp import web

from libs.jobs.jobs import Job
from libs.store.documents import to_json
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.api import Route, Rule
from libs.web.executing import execute
from libs.web.mailing import MailNotSetUp
from libs.web.requests import body_of, parse
from libs.web.settings import SETTINGS
from services.sales.quote_mails import commands
from services.sales.quote_mails.model import SendQuote


async def send_quote(request: web.Request) -> web.Response:
    body = await body_of(request)
    asked = parse(body, SendQuote)

    async def command(work: UnitOfWork) -> Answer:
        job = await commands.send_quote(work, request.match_info["id"], asked)
        if request.app[SETTINGS].smtp_url is None:
            raise MailNotSetUp("this installation sends no mail; give the customer the link instead")
        return Answer(202, to_json(job.model_dump()), {"Location": f"/api/v1/jobs/{job.id}"})

    return await execute(request, command, body=body)


ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/quotes/{id}/send",
        send_quote,
        Rule("quotes", Operation.WRITE),
        "Mail the quote to its customer, with the PDF and a link",
        SendQuote,
        Job,
        status=202,
    ),
)
