"""The public halves of the signing keys (RFC 7517)."""

from typing import Any, Final

import orjson
from aiohttp import web
from pydantic import BaseModel

from libs.web.answers import json_response
from libs.web.api import ANYONE, Route
from services.identity.keys.signing import SigningKeys

SIGNING_KEYS: Final = web.AppKey("signing_keys", SigningKeys)


class PublishedKeys(BaseModel):
    keys: list[dict[str, Any]]


async def publish(request: web.Request) -> web.Response:
    keys = request.app[SIGNING_KEYS].published()
    body = orjson.dumps(keys.as_dict(private=False))
    return json_response(body, headers={"Cache-Control": "public, max-age=60"})


ROUTES: Final = (
    Route("GET", "/api/v1/auth/jwks.json", publish, ANYONE, "Keys that verify access tokens", answer=PublishedKeys),
)
