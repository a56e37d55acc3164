"""Which pages of other origins may call the API (the Fetch standard's CORS protocol)."""

from collections.abc import Collection

from aiohttp import hdrs, web
from multidict import CIMultiDict

METHODS = "GET, HEAD, POST, PATCH, PUT, DELETE"
REQUEST_HEADERS = (
    "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, Prefer, "
    "X-API-Key, X-Correlation-ID, X-Duplicates, traceparent"
)
EXPOSED = (
    "ETag, Location, Content-Disposition, Retry-After, RateLimit, RateLimit-Policy, X-Correlation-ID, X-Duplicates, "
    "X-Overlaps, X-Related-Left-Out"
)
REMEMBERED_SECONDS = "600"


class Origins:
    """The origins that may call, exactly as browsers send them (`https://crm.example`)."""

    __slots__ = ("_allowed",)

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = frozenset(allowed)

    def answers_preflight(self, request: web.BaseRequest) -> web.Response | None:
        """The answer to a preflight; None if the request is something else or its origin may not call."""
        headers = request.headers
        if request.method != hdrs.METH_OPTIONS or hdrs.ACCESS_CONTROL_REQUEST_METHOD not in headers:
            return None
        if headers.get(hdrs.ORIGIN) not in self._allowed:
            return None
        return web.Response(
            status=204,
            headers={
                hdrs.ACCESS_CONTROL_ALLOW_METHODS: METHODS,
                hdrs.ACCESS_CONTROL_ALLOW_HEADERS: REQUEST_HEADERS,
                hdrs.ACCESS_CONTROL_MAX_AGE: REMEMBERED_SECONDS,
            },
        )

    def mark(self, request: web.BaseRequest, answer: CIMultiDict[str]) -> None:
        """Let the page that asked read the answer, if its origin may call."""
        if not self._allowed:
            return
        answer.add(hdrs.VARY, hdrs.ORIGIN)
        origin = request.headers.get(hdrs.ORIGIN)
        if origin in self._allowed:
            answer[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
            answer[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = EXPOSED


ORIGINS = web.AppKey("origins", Origins)
