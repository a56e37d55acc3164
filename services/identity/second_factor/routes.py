"""Second factors over HTTP. The secret is shown once, so these know no Idempotency-Key."""

from functools import partial
from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from libs.store.documents import to_json
from libs.web.answers import json_response
from libs.web.api import SIGNED_IN, Route
from libs.web.executing import STORE
from libs.web.requests import caller_of, context_of, read_body
from services.identity.second_factor import commands
from services.identity.second_factor.codes import address_of
from services.identity.sessions.answers import NOT_STORED
from services.identity.users.routes import PASSWORDS, Password


class CurrentPassword(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    current_password: Password


class Code(BaseModel):
    """What the app shows now: six digits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class OfferedFactor(BaseModel):
    """For an authenticator app, as text and as the address that a QR code holds. It is shown here and never again."""

    secret: str
    uri: str


async def offer(request: web.Request) -> web.Response:
    asked = await read_body(request, CurrentPassword)
    command = partial(
        commands.offer,
        user_id=caller_of(request).user_id,
        current=asked.current_password.get_secret_value(),
        passwords=request.app[PASSWORDS],
    )
    user, factor = await request.app[STORE].run(command, context_of(request))
    offered = OfferedFactor(secret=factor.secret, uri=address_of(factor.secret, user.username))
    return json_response(to_json(offered.model_dump()), headers=NOT_STORED)


async def confirm(request: web.Request) -> web.Response:
    asked = await read_body(request, Code)
    command = partial(commands.confirm, user_id=caller_of(request).user_id, code=asked.code)
    await request.app[STORE].run(command, context_of(request))
    return web.Response(status=204)


async def remove(request: web.Request) -> web.Response:
    asked = await read_body(request, CurrentPassword)
    command = partial(
        commands.remove_own,
        user_id=caller_of(request).user_id,
        current=asked.current_password.get_secret_value(),
        passwords=request.app[PASSWORDS],
    )
    await request.app[STORE].run(command, context_of(request))
    return web.Response(status=204)


_OWN: Final = "/api/v1/me/second_factor"

ROUTES: Final = (
    Route("POST", _OWN, offer, SIGNED_IN, "Begin to set up a second factor", CurrentPassword, OfferedFactor),
    Route("POST", f"{_OWN}/confirm", confirm, SIGNED_IN, "Ask for its code from now on", Code, status=204),
    Route("POST", f"{_OWN}/remove", remove, SIGNED_IN, "Sign in without it again", CurrentPassword, status=204),
)
