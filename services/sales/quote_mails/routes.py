"""Sending quotes over HTTP."""

from typing import Final

from aiohttp import web

from libs.jobs.jobs import Job
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import accepted
from libs.web.api import Route, Rule
from libs.web.executing import execute_asked
from libs.web.mailing import MailNotSetUp
from libs.web.settings import SETTINGS
from services.sales.quote_mails import commands
from services.sales.quote_mails.model import SendQuote


async def send_quote(request: web.Request) -> web.Response:
    async def command(work: UnitOfWork, asked: SendQuote) -> Answer:
        job = await commands.send_quote(work, request.match_info["id"], asked)
        if request.app[SETTINGS].smtp_url is None:
            raise MailNotSetUp("this installation sends no mail; give the customer the link instead")
        return accepted(job)

    return await execute_asked(request, SendQuote, command)


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
