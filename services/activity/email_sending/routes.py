"""Sending e-mails over HTTP, and the sending itself, as long as the service runs."""

from collections.abc import AsyncIterator, Callable
from typing import Final

from aiohttp import web

from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import rendered
from libs.web.api import Route, Rule
from libs.web.executing import STORE, execute_asked
from libs.web.mailing import MailNotSetUp, MailServer
from libs.web.settings import SETTINGS
from services.activity.activities.model.email import Email
from services.activity.activities.model.kinds import AnyActivity
from services.activity.email_sending import commands
from services.activity.email_sending.composing import Sending
from services.activity.email_sending.model import SendEmail
from services.activity.email_sending.postman import Pace, Postman


def posting(pace: Pace, inbox: str | None) -> Callable[[web.Application], AsyncIterator[None]]:
    """Sends while the service runs, where the settings name a mail server."""

    async def post(app: web.Application) -> AsyncIterator[None]:
        settings = app[SETTINGS]
        server = MailServer.of(settings)
        if server is None:
            yield
            return
        postman = Postman(app[STORE], server, Sending(settings.mail_from, inbox), pace=pace)
        postman.start()
        yield
        await postman.stop()

    return post


async def send_email(request: web.Request) -> web.Response:
    settings = request.app[SETTINGS]

    async def command(work: UnitOfWork, asked: SendEmail) -> Answer:
        domain = Sending(settings.mail_from, None).domain
        queued = await commands.send_email(work, request.match_info["id"], asked, domain=domain)
        if settings.smtp_url is None:
            raise MailNotSetUp("this installation sends no mail")
        return rendered(work, queued)

    return await execute_asked(request, SendEmail, command)


ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/activities/{id}/send",
        send_email,
        Rule(AnyActivity.collection, Operation.WRITE),
        "Send an e-mail to its recipients, now or later",
        SendEmail,
        Email,
    ),
)
