"""Templates of e-mails over HTTP."""

from typing import Final

from aiohttp import web

from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import created, rendered
from libs.web.api import Route, Rule
from libs.web.executing import execute
from libs.web.requests import body_of, parse
from libs.web.resource import Resource
from services.activity.activities.model.email import Email
from services.activity.activities.model.kinds import AnyActivity
from services.activity.email_templates import commands
from services.activity.email_templates.commands import ComposeEmail, Occasion, Preview
from services.activity.email_templates.model import EmailTemplate

RESOURCE: Final = Resource(EmailTemplate, create=commands.create_template, change=commands.change_template)


async def preview_email(request: web.Request) -> web.Response:
    body = await body_of(request)
    asked = parse(body, Occasion)

    async def command(work: UnitOfWork) -> Answer:
        return rendered(work, await commands.preview_email(work, request.match_info["id"], asked))

    return await execute(request, command, body=body)


async def compose_email(request: web.Request) -> web.Response:
    body = await body_of(request)
    asked = parse(body, ComposeEmail)

    async def command(work: UnitOfWork) -> Answer:
        return created(work, await commands.compose_email(work, asked))

    return await execute(request, command, body=body)


ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/email_templates/{id}/preview",
        preview_email,
        Rule(EmailTemplate.collection, Operation.READ),
        "An e-mail by the template, as it would be",
        Occasion,
        Preview,
    ),
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
