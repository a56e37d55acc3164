"""Signing in, staying signed in, signing out."""

from functools import partial
from typing import Annotated, Final, Literal

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from libs.domain.refusals import InvalidFields
from libs.store.clock import utc_now
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.answers import json_response, rendered
from libs.web.api import ANYONE, SIGNED_IN, Route
from libs.web.executing import STORE, execute
from libs.web.identity_client import RevokedSessions
from libs.web.requests import AUTHENTICATOR, context_of, read_body, whose
from services.identity.keys.routes import SIGNING_KEYS
from services.identity.origin import origin_of
from services.identity.own_identity import lately_revoked
from services.identity.sessions.answers import Tokens, answer_signed_in
from services.identity.sessions.commands import refresh_session, revoke_session, sign_out
from services.identity.sessions.model import Session, SessionEnded
from services.identity.sessions.sign_in import SignIns
from services.identity.sessions.tokens import read_refresh_token
from services.identity.users.routes import Password
from services.identity.viewing import list_own, read_own

SIGN_INS: Final = web.AppKey("sign_ins", SignIns)

Username = Annotated[str, Field(min_length=1, max_length=200)]
RefreshToken = Annotated[SecretStr, Field(min_length=1, max_length=500)]


class TokenRequest(BaseModel):
    """Username and password, with a code where the user has a second factor; or a refresh token."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grant_type: Literal["password", "refresh_token"] = "password"
    username: Username | None = None
    password: Password | None = None
    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")] | None = None
    refresh_token: RefreshToken | None = None


class RefreshRequest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    refresh_token: RefreshToken


class SignOutRequest(BaseModel):
    """Without a refresh token, the session of the access token that comes along ends."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    refresh_token: RefreshToken | None = None


async def token(request: web.Request) -> web.Response:
    asked = await read_body(request, TokenRequest)
    if asked.grant_type == "refresh_token":
        if asked.refresh_token is None:
            raise InvalidFields.at("/refresh_token", "missing", "Field required")
        return await _refreshed(request, asked.refresh_token)
    if asked.username is None or asked.password is None:
        missing = "username" if asked.username is None else "password"
        raise InvalidFields.at(f"/{missing}", "missing", "Field required")
    signed_in = await request.app[SIGN_INS].sign_in(
        request.app[STORE],
        asked.username,
        asked.password.get_secret_value(),
        code=asked.code,
        origin=origin_of(request),
        context=context_of(request),
    )
    return answer_signed_in(signed_in, request.app[SIGNING_KEYS])


async def refresh(request: web.Request) -> web.Response:
    return await _refreshed(request, (await read_body(request, RefreshRequest)).refresh_token)


async def _refreshed(request: web.Request, presented: SecretStr) -> web.Response:
    session_id, rotation = read_refresh_token(presented.get_secret_value(), request.app[SIGNING_KEYS])
    command = partial(refresh_session, session_id=session_id, presented=rotation)
    signed_in = await request.app[STORE].run(command, context_of(request))
    if signed_in is None:
        raise SessionEnded
    return answer_signed_in(signed_in, request.app[SIGNING_KEYS])


async def revoke_own(request: web.Request) -> web.Response:
    """Signs out; answers the same when the session had ended already."""
    asked = await read_body(request, SignOutRequest)
    if asked.refresh_token is None:
        session_id = (await request.app[AUTHENTICATOR].authenticate(request.headers)).session_id
    else:
        session_id, _ = read_refresh_token(asked.refresh_token.get_secret_value(), request.app[SIGNING_KEYS])
    await request.app[STORE].run(partial(sign_out, session_id=session_id), context_of(request))
    return web.Response(status=204)


async def list_sessions(request: web.Request) -> web.Response:
    return await list_own(request, Session)


async def read_session(request: web.Request) -> web.Response:
    return await read_own(request, Session)


async def revoke(request: web.Request) -> web.Response:
    async def command(work: UnitOfWork) -> Answer:
        session = await revoke_session(work, request.match_info["id"], only_of=whose(request))
        return rendered(work, session)

    return await execute(request, command)


async def revoked_sessions(request: web.Request) -> web.Response:
    """The sign-ins and API keys whose tokens other services are to refuse."""
    ids = await lately_revoked(request.app[STORE], at=utc_now())
    return json_response(orjson.dumps({"value": ids}))


ROUTES: Final = (
    Route("POST", "/api/v1/auth/token", token, ANYONE, "Sign in", TokenRequest, Tokens),
    Route("POST", "/api/v1/auth/refresh", refresh, ANYONE, "Get the next tokens", RefreshRequest, Tokens),
    Route("POST", "/api/v1/auth/revoke", revoke_own, ANYONE, "Sign out", SignOutRequest, status=204),
    Route("GET", "/api/v1/sessions", list_sessions, SIGNED_IN, "List sign-ins", answer=Session, lists=True),
    Route("GET", "/api/v1/sessions/{id}", read_session, SIGNED_IN, "Read one sign-in", answer=Session),
    Route("POST", "/api/v1/sessions/{id}/revoke", revoke, SIGNED_IN, "End a sign-in at once", answer=Session),
    Route("GET", "/internal/revoked_sessions", revoked_sessions, ANYONE, "Lately revoked", answer=RevokedSessions),
)
