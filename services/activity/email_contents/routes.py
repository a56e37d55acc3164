"""Bodies and attachments of e-mails over HTTP."""

from typing import Final

from aiohttp import web

from libs.domain.attachments import Limits
from libs.domain.grants import hidden_fields
from libs.domain.refusals import Forbidden
from libs.store.documents import to_json
from libs.store.reading import read_one
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import json_response, rendered
from libs.web.api import Route, Rule
from libs.web.attachments import AttachmentRoutes, View
from libs.web.executing import STORE, execute
from libs.web.requests import body_of, grants_of, parse
from libs.web.settings import ServiceSettings
from services.activity.activities.model.email import Email, NotAnEmail
from services.activity.activities.model.kinds import AnyActivity
from services.activity.email_contents import commands, store
from services.activity.email_contents.model import Body, Written
from services.activity.email_contents.sanitising import shown

LARGEST: Final = 25 * 1024 * 1024
"""Bytes of all attachments of an e-mail; larger mail is refused by most servers."""
MOST_FILES: Final = 50

_READ: Final = Rule(AnyActivity.collection, Operation.READ)
_WRITE: Final = Rule(AnyActivity.collection, Operation.WRITE)
_BODY: Final = "/api/v1/activities/{id}/body"


def _limits(settings: ServiceSettings) -> Limits:
    return Limits(LARGEST, together=LARGEST, most=MOST_FILES, refused=settings.refused_attachments)


def _check(view: View, to: Operation) -> None:
    """Raises `NotAnEmail` for another activity, `NotADraft` where one that is none is to be changed."""
    if view["type"] != "email":
        raise NotAnEmail("this activity is no e-mail")
    if to is not Operation.READ:
        Email.model_validate(view).require_draft()


ATTACHMENTS: Final = AttachmentRoutes(
    AnyActivity, store.FILES, _limits, commands.attach_file, commands.detach_file, _check
)


async def read_body(request: web.Request) -> web.Response:
    """Raises `NotFound` where the caller may not see the e-mail, `Forbidden` where its text is hidden."""
    grants, collection = grants_of(request), AnyActivity.collection
    view = await read_one(request.app[STORE], AnyActivity, request.match_info["id"], grants)
    _check(view, Operation.READ)
    if "description" in hidden_fields(grants, collection):
        raise Forbidden("your roles do not show description of activities", collection=collection)
    return json_response(to_json((await store.body_of(request.app[STORE], Email.model_validate(view))).model_dump()))


async def write_body(request: web.Request) -> web.Response:
    sent = await body_of(request)
    body = shown(parse(sent, Written))

    async def command(work: UnitOfWork) -> Answer:
        return rendered(work, await commands.write_body(work, request.match_info["id"], body))

    return await execute(request, command, body=sent)


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", _BODY, read_body, _READ, "The whole body of an e-mail, its HTML safe to show", answer=Body),
    Route("PUT", _BODY, write_body, _WRITE, "Give a draft a body with HTML, or a long one", Written, Email),
    *ATTACHMENTS.routes(Email),
)
