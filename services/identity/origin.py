"""Where a request comes from, as the gateway tells it."""

from ipaddress import ip_address

from aiohttp import hdrs, web

from services.identity.sessions.commands import Origin


def origin_of(request: web.Request) -> Origin:
    """The gateway names the caller first in `X-Forwarded-For`; only a neighbour on a private network is believed."""
    told = request.headers.get(hdrs.X_FORWARDED_FOR, "").partition(",")[0].strip()
    address = told if _is_address(told) and _is_neighbour(request.remote) else request.remote
    return Origin(address, request.headers.get(hdrs.USER_AGENT))


def _is_neighbour(address: str | None) -> bool:
    return address is not None and _is_address(address) and ip_address(address).is_private


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
