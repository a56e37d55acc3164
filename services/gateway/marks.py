"""What the gateway writes on every answer, its own and the services'."""

from aiohttp import hdrs, web

from libs.web.requests import correlation_of
from services.gateway.cors import ORIGINS
from services.gateway.headers import CORRELATION_ID
from services.gateway.rate_limit import Allowance

# What was still to come of the body would be taken for the next request.
LEAVES_BODY_UNREAD = frozenset({408, 413})
ALLOWANCE = web.RequestKey("allowance", Allowance)


async def mark(request: web.Request, response: web.StreamResponse) -> None:
    """Write correlation id, remaining allowance and CORS headers, just before the head goes out."""
    headers = response.headers
    headers[CORRELATION_ID] = correlation_of(request)
    allowance = request.get(ALLOWANCE)
    if allowance is not None:
        headers["RateLimit-Policy"] = allowance.policy
        headers["RateLimit"] = allowance.left
    request.app[ORIGINS].mark(request, headers)
    if response.status in LEAVES_BODY_UNREAD:
        headers[hdrs.CONNECTION] = "close"
        response.force_close()
