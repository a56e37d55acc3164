"""Inviting people over HTTP."""

from typing import Final

from aiohttp import web

from libs.jobs.jobs import Job
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import accepted
from libs.web.api import Route, Rule
from libs.web.executing import execute
from libs.web.mailing import MailNotSetUp
from libs.web.settings import SETTINGS
from services.activity.activities.model.kinds import AnyActivity
from services.activity.invitations import commands


async def invite(request: web.Request) -> web.Response:
    """Begins the job that sends the invitations."""

    async def command(work: UnitOfWork) -> Answer:
        job = await commands.invite(work, request.match_info["id"])
        if request.app[SETTINGS].smtp_url is None:
            raise MailNotSetUp("this installation sends no mail")
        return accepted(job)

    return await execute(request, command)


ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/activities/{id}/invite",
        invite,
        Rule(AnyActivity.collection, Operation.WRITE),
        "Send invitations to all who are required or optional and have an address, anew after a change",
        answer=Job,
        status=202,
    ),
)
