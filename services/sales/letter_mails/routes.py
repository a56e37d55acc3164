"""Sending orders, invoices and credit notes over HTTP."""

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
from services.sales.letter_mails import commands
from services.sales.letter_mails.model import SendLetter


def _send_route(collection: str) -> Route:
    async def send_letter(request: web.Request) -> web.Response:
        async def command(work: UnitOfWork, asked: SendLetter) -> Answer:
            job = await commands.send_letter(work, collection, request.match_info["id"], asked)
            if request.app[SETTINGS].smtp_url is None:
                raise MailNotSetUp("this installation sends no mail; give the customer the PDF instead")
            return accepted(job)

        return await execute_asked(request, SendLetter, command)

    return Route(
        "POST",
        f"/api/v1/{collection}/{{id}}/send",
        send_letter,
        Rule(collection, Operation.WRITE),
        "Mail the document to its customer as PDF",
        SendLetter,
        Job,
        status=202,
    )


ROUTES: Final = tuple(map(_send_route, commands.MAILABLE))
