"""Templates of e-mails over HTTP."""

from typing import Final

from aiohttp import web

from libs.mail.fields import FIELDS_OF
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import rendered
from libs.web.api import Route, Rule
from libs.web.executing import execute
from libs.web.references import REFERENCES, Pointer
from libs.web.requests import body_of, parse
from libs.web.resource import Resource
from services.marketing.email_templates import commands
from services.marketing.email_templates.commands import Occasion, Preview
from services.marketing.email_templates.model import EmailTemplate

RESOURCE: Final = Resource(EmailTemplate, create=commands.create_template, change=commands.change_template)

_SHOWN: Final = tuple(FIELDS_OF)


async def preview_email(request: web.Request) -> web.Response:
    body = await body_of(request)
    occasion = await _led(request, parse(body, Occasion))

    async def command(work: UnitOfWork) -> Answer:
        return rendered(work, await commands.preview_email(work, request.match_info["id"], occasion))

    return await execute(request, command, body=body)


async def _led(request: web.Request, occasion: Occasion) -> Occasion:
    """The occasion with its references as they lead on; raises `InvalidFields` for a record that nobody here sees."""
    pointers = {
        name: Pointer(f"/{name}", each.collection, each.id, _SHOWN)
        for name, each in (("record", occasion.record), ("recipient", occasion.recipient))
        if each is not None and each.collection is not None and each.id is not None
    }
    leads = await request.app[REFERENCES].names(list(pointers.values()), request)
    return occasion.model_copy(
        update={
            name: getattr(occasion, name).model_copy(update={"id": leads[pointer.subject].id})
            for name, pointer in pointers.items()
        }
    )


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
)
