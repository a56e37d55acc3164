"""Where a request comes from, as the gateway tells it."""

from aiohttp import hdrs, web

from libs.web.requests import address_of
from services.identity.sessions.commands import Origin


def origin_of(request: web.Request) -> Origin:
    return Origin(address_of(request), request.headers.get(hdrs.USER_AGENT))
