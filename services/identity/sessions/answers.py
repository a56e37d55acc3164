"""Tokens, as they are answered."""

from typing import Final, Literal

from aiohttp import web
from pydantic import BaseModel

from libs.store.clock import utc_now
from libs.web.answers import json_response
from services.identity.keys.signing import SigningKeys
from services.identity.sessions.commands import SignedIn
from services.identity.sessions.tokens import Bearer, access_token, refresh_token

NOT_STORED: Final = {"Cache-Control": "no-store"}


class Tokens(BaseModel):
    """`expires_in` is in seconds. A token for an API key has no refresh token: exchange the key again."""

    access_token: str
    refresh_token: str | None = None
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a scheme
    expires_in: int


def answer_signed_in(signed_in: SignedIn, keys: SigningKeys) -> web.Response:
    session, user = signed_in.session, signed_in.user
    bearer = Bearer(user.id, user.name, tuple(user.roles), session.id, "ui")
    access, seconds = access_token(bearer, keys, at=utc_now(), until=session.expires_at)
    refresh = refresh_token(session.id, session.rotation, keys)
    return answer_tokens(Tokens(access_token=access, refresh_token=refresh, expires_in=seconds))


def answer_tokens(tokens: Tokens) -> web.Response:
    return json_response(tokens.model_dump_json(exclude_none=True).encode(), headers=NOT_STORED)
