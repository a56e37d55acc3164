"""What may be asked without signing in: the one declared table. All else needs a token or an API key."""

from aiohttp import hdrs, web

# Method and path, exact or with a token behind the collection. What is here is answered by services that expect
# strangers.
PUBLIC = frozenset(
    {
        (hdrs.METH_POST, "/api/v1/auth/token"),
        (hdrs.METH_POST, "/api/v1/auth/refresh"),
        (hdrs.METH_POST, "/api/v1/auth/revoke"),
        (hdrs.METH_POST, "/api/v1/auth/exchange"),
        (hdrs.METH_POST, "/api/v1/auth/forgot_password"),
        (hdrs.METH_POST, "/api/v1/auth/choose_password"),
        (hdrs.METH_GET, "/api/v1/auth/jwks.json"),
        (hdrs.METH_GET, "/api/v1/calendar_feeds/{token}"),
        (hdrs.METH_GET, "/api/v1/quote_links/{token}"),
        (hdrs.METH_GET, "/api/v1/quote_links/{token}/pdf"),
        (hdrs.METH_POST, "/api/v1/quote_links/{token}/accept"),
        (hdrs.METH_POST, "/api/v1/quote_links/{token}/decline"),
    }
)

# Browsers cannot send headers with an EventSource: a one-time ticket in the query stands for the token.
TICKETED = frozenset({(hdrs.METH_GET, "/api/v1/events/stream")})


def is_public(request: web.BaseRequest) -> bool:
    """Whether the owner of this path is asked without the gateway knowing the caller."""
    asked = (request.method, request.rel_url.raw_path)
    return (
        asked in PUBLIC
        or (request.method, _with_token(request.rel_url.raw_path)) in PUBLIC
        or (asked in TICKETED and "ticket" in request.query)
    )


def _with_token(raw_path: str) -> str:
    """`/api/v1/quote_links/{token}/pdf`, whatever stands in the place of the token."""
    segments = raw_path.split("/")
    segments[4:5] = ["{token}"] * len(segments[4:5])
    return "/".join(segments)
