"""E-mails by templates over HTTP."""

from typing import Final

from aiohttp import web

from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import created
from libs.web.api import Route, Rule
from libs.web.executing import execute
from libs.web.references import REFERENCES, Pointer, named, pointers_in
from libs.web.requests import body_of, parse
from services.activity.activities.model.email import Email
from services.activity.activities.model.kinds import AnyActivity
from services.activity.email_composing import commands
from services.activity.email_composing.commands import TEMPLATES, ComposeEmail


async def compose_email(request: web.Request) -> web.Response:
    body = await body_of(request)
    asked = await _led(request, parse(body, ComposeEmail))

    async def command(work: UnitOfWork) -> Answer:
        return created(work, await commands.compose_email(work, asked))

    return await execute(request, command, body=body)


async def _led(request: web.Request, asked: ComposeEmail) -> ComposeEmail:
    """The request with its references as they lead on; raises `InvalidFields` for what the caller does not see."""
    template = Pointer("/template_id", TEMPLATES, asked.template_id, (TEMPLATES,))
    leads = await request.app[REFERENCES].names([template, *pointers_in(Email, asked.__dict__)], request)
    return asked.model_copy(update=named(Email, asked.__dict__, leads))


ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/activities/compose",
        compose_email,
        Rule(AnyActivity.collection, Operation.CREATE),
        "Draft an e-mail by a template",
        ComposeEmail,
        Email,
        status=201,
    ),
)
