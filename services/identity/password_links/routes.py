"""Invitations and forgotten passwords over HTTP."""

from datetime import datetime
from functools import partial
from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from libs.store.clock import utc_now
from libs.store.documents import to_json
from libs.store.store import Store
from libs.web.access import Operation
from libs.web.answers import json_response
from libs.web.api import ANYONE, Route, Rule
from libs.web.executing import STORE
from libs.web.mailing import MailNotSetUp, MailServer, Posting
from libs.web.requests import context_of, read_body
from services.identity.attempts import store as attempts
from services.identity.attempts.model import Subject
from services.identity.origin import origin_of
from services.identity.password_links.commands import NewLink, choose_password, make_link
from services.identity.password_links.model import SUBJECTS, Purpose, text_of
from services.identity.sessions.answers import NOT_STORED
from services.identity.users.routes import PASSWORDS, Password
from services.identity.users.store import user_named

MAIL_SERVER: Final = web.AppKey("mail_server", MailServer)
POSTING: Final = web.AppKey("posting", Posting)
PUBLIC_URL: Final = web.AppKey("public_url", str)


class MadeLink(BaseModel):
    """To whom the link was mailed; where that cannot be, the link itself: it is shown here and never again."""

    sent_to: str | None
    link: str | None
    expires_at: datetime


class ForgottenPassword(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    username: Annotated[str, Field(min_length=1, max_length=200)]


class ChosenPassword(BaseModel):
    """`token` is what stands in the link behind `#`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: Annotated[SecretStr, Field(min_length=1, max_length=200)]
    password: Password


async def _give(purpose: Purpose, request: web.Request) -> web.Response:
    command = partial(make_link, user_id=request.match_info["id"], purpose=purpose)
    link = await request.app[STORE].run(command, context_of(request))
    server, to = request.app.get(MAIL_SERVER), link.user.email
    url = _url(request, link)
    if server is not None and to is not None:
        await server.send(to, SUBJECTS[purpose], text_of(link.user.name, purpose, url, until=link.expires_at))
        made = MadeLink(sent_to=to, link=None, expires_at=link.expires_at)
    else:
        made = MadeLink(sent_to=None, link=url, expires_at=link.expires_at)
    return json_response(to_json(made.model_dump()), headers=NOT_STORED)


def _url(request: web.Request, link: NewLink) -> str:
    """What stands behind `#` reaches no server and no log."""
    return f"{request.app[PUBLIC_URL]}/choose_password#{link.secret}"


async def forgot(request: web.Request) -> web.Response:
    """Answers the same, after the same time, whether or not there is such a user."""
    asked = await read_body(request, ForgottenPassword)
    server = request.app.get(MAIL_SERVER)
    if server is None:
        raise MailNotSetUp("This installation sends no mail; ask an administrator for a link.")
    subjects = (Subject.address(origin_of(request).address or "unknown"), Subject.forgetful(asked.username))
    await attempts.count(request.app[STORE], subjects, at=utc_now())
    request.app[POSTING].post(_remind(request, request.app[STORE], server, asked.username))
    return web.Response(status=204)


async def _remind(request: web.Request, store: Store, server: MailServer, username: str) -> None:
    context = context_of(request)
    user = await store.run(partial(user_named, username=username), context)
    if user is None or user.email is None or not user.may_sign_in:
        return
    link = await store.run(partial(make_link, user_id=user.id, purpose=Purpose.RESET), context)
    text = text_of(user.name, Purpose.RESET, _url(request, link), until=link.expires_at)
    await server.send(user.email, SUBJECTS[Purpose.RESET], text)


async def choose(request: web.Request) -> web.Response:
    asked = await read_body(request, ChosenPassword)
    command = partial(
        choose_password,
        secret=asked.token.get_secret_value(),
        password=asked.password.get_secret_value(),
        passwords=request.app[PASSWORDS],
    )
    await request.app[STORE].run(command, context_of(request))
    return web.Response(status=204)


_WRITE: Final = Rule("users", Operation.WRITE)

ROUTES: Final = (
    Route(
        "POST",
        "/api/v1/users/{id}/invite",
        partial(_give, Purpose.INVITATION),
        _WRITE,
        "Mail the user a link to choose a first password",
        answer=MadeLink,
    ),
    Route(
        "POST",
        "/api/v1/users/{id}/reset_password",
        partial(_give, Purpose.RESET),
        _WRITE,
        "Mail the user a link to choose another password",
        answer=MadeLink,
    ),
    Route(
        "POST", "/api/v1/auth/forgot_password", forgot, ANYONE, "Ask for a link by mail", ForgottenPassword, status=204
    ),
    Route("POST", "/api/v1/auth/choose_password", choose, ANYONE, "Use a link once", ChosenPassword, status=204),
)
