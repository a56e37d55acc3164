"""What passes between caller and service: end-to-end headers only, and none that claims an identity."""

from collections.abc import Mapping
from functools import lru_cache
from re import compile as pattern

from aiohttp import hdrs
from multidict import CIMultiDict, CIMultiDictProxy, istr

CORRELATION_ID = istr("X-Correlation-ID")
FORWARDED_FOR = istr("X-Forwarded-For")
FORWARDED_HOST = istr("X-Forwarded-Host")
FORWARDED_PROTO = istr("X-Forwarded-Proto")
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
        "x-api-key",
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
ANSWER_DROPS = HOP_BY_HOP | {"server", "date", "x-powered-by", "x-correlation-id"}


def for_service(incoming: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """The caller's headers as a service may see them; who adds the body adds its length."""
    named = _named_by_connection(incoming)
    return CIMultiDict(
        (name, value) for name, value in incoming.items() if _may_pass(name) and not (named and name.lower() in named)
    )


def for_caller(answered: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """A service's headers as the caller may see them."""
    named = _named_by_connection(answered)
    return CIMultiDict(
        (name, value)
        for name, value in answered.items()
        if (plain := name.lower()) not in ANSWER_DROPS and plain not in named
    )


def _named_by_connection(headers: Mapping[str, str]) -> frozenset[str]:
    value = headers.get(hdrs.CONNECTION)
    if value is None:
        return frozenset()
    return frozenset(name.strip().lower() for name in value.split(","))


@lru_cache(maxsize=4096)
def _may_pass(name: str) -> bool:
    """Underscores count as hyphens, as they do for servers that turn headers into variables."""
    plain = name.lower().replace("_", "-")
    return not (plain in HOP_BY_HOP or plain in REWRITTEN or CLAIMS_IDENTITY.fullmatch(plain))
