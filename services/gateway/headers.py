"""What passes between caller and service: end-to-end headers only, and none that claims an identity."""

from collections.abc import Callable
from functools import lru_cache
from re import compile as pattern

from aiohttp import hdrs
from multidict import CIMultiDict, CIMultiDictProxy, istr

CORRELATION_ID = istr("X-Correlation-ID")
FORWARDED_FOR = istr("X-Forwarded-For")
API_KEY = istr("X-API-Key")

# RFC 9110 section 7.6.1, and the older names still seen; `Connection` may name more.
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-connection",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "trailers",
        "transfer-encoding",
        "upgrade",
    }
)
# The gateway answers `Expect` and writes some of these itself; the others could make a service believe
# that another method or path was asked for.
REWRITTEN = frozenset(
    {
        "content-length",
        "expect",
        "forwarded",
        "host",
        "true-client-ip",
        "via",
        "x-client-ip",
        "x-correlation-id",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "x-real-ip",
        "x-rewrite-url",
    }
)
# Headers by which some proxies tell who the caller is. Services trust none of them; here they end.
CLAIMS_IDENTITY = pattern(
    r"(x-)?(remote|forwarded|authenticated|auth|current|original|tandem|crm)"
    r"(-.*)?|x-(user|actor|caller|subject|owner|role|team|tenant|scope|permission|principal|identity|jwt)s?(-.*)?"
)
# What the caller left unsaid, said so that the HTTP client puts nothing of its own in its place.
UNSAID = ((hdrs.ACCEPT, "*/*"), (hdrs.ACCEPT_ENCODING, "identity"), (hdrs.USER_AGENT, "unknown"))
ANSWER_DROPS = HOP_BY_HOP | {"server", "date", "x-powered-by", "x-correlation-id"}


def for_service(incoming: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """The caller's headers as a service may see them; who adds the body adds its length."""
    outgoing = _without(incoming, _ends_before_service)
    for name, value in UNSAID:
        outgoing.setdefault(name, value)
    return outgoing


def for_caller(answered: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """A service's headers as the caller may see them."""
    return _without(answered, _ends_before_caller)


def _without(headers: CIMultiDictProxy[str], ends: Callable[[str], bool]) -> CIMultiDict[str]:
    """A copy without what belongs to one connection only: a name's fate is remembered, as names are few."""
    passed = headers.copy()
    for name in headers:
        if ends(name):
            passed.popall(name, None)
    if hdrs.CONNECTION in headers:
        for line in headers.getall(hdrs.CONNECTION):
            for name in line.split(","):
                passed.popall(name.strip(), None)
    return passed


@lru_cache(maxsize=4096)
def _ends_before_service(name: str) -> bool:
    """Underscores count as hyphens, as they do for servers that turn headers into variables."""
    plain = name.lower().replace("_", "-")
    return plain in HOP_BY_HOP or plain in REWRITTEN or CLAIMS_IDENTITY.fullmatch(plain) is not None


@lru_cache(maxsize=4096)
def _ends_before_caller(name: str) -> bool:
    return name.lower() in ANSWER_DROPS
