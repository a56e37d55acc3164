"""Reading a request: who asks, which version is expected, and the body as a model."""

import re
from ipaddress import ip_address
from typing import Final, TypeVar, cast

from aiohttp import hdrs, web
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from libs.domain.custom_fields import CustomFields
from libs.domain.grants import EVERYTHING, Grants, Operation, hidden_fields, members_in
from libs.domain.record import Record
from libs.domain.refusals import InvalidFields, Malformed, UnsupportedMedia
from libs.store.context import Context
from libs.store.query.fields import QueryFields
from libs.store.queryable import visible_fields
from libs.store.requests import RequestKey
from libs.telemetry.tracing import current_traceparent
from libs.web.authentication import Authenticator, Caller
from libs.web.directory import Directory
from libs.web.problems import refusal_of

M = TypeVar("M", bound=BaseModel)

AUTHENTICATOR: Final = web.AppKey("authenticator", Authenticator)
DIRECTORY: Final = web.AppKey("directory", Directory)
_CALLER: Final = web.RequestKey("caller", Caller)
_OPERATION: Final = web.RequestKey("operation", Operation)
_CORRELATION: Final = web.RequestKey("correlation_id", str)

MERGE_PATCH: Final = "application/merge-patch+json"
_JSON: Final = frozenset({"application/json", MERGE_PATCH, "application/octet-stream"})
"""aiohttp reports a missing content type as octet-stream; a body without one is read as JSON."""

_ETAG: Final = re.compile(r'^(?:W/)?"(\d{1,15})"$')
_LONGEST_KEY: Final = 200


def set_caller(request: web.Request, caller: Caller) -> None:
    request[_CALLER] = caller


def caller_of(request: web.Request) -> Caller:
    return request[_CALLER]


def grants_of(request: web.Request) -> Grants:
    """What whoever asks may do."""
    return request.app[DIRECTORY].grants(request[_CALLER])


def whose(request: web.Request) -> str | None:
    """Whose jobs, imports, sign-ins and keys whoever asks may see, None for all."""
    return None if grants_of(request).everything else caller_of(request).user_id


def custom_fields_of(request: web.Request, collection: str) -> CustomFields:
    """The fields that administrators have added to the collection, but for those that are hidden from whoever asks."""
    hidden = members_in(hidden_fields(grants_of(request), collection))
    return request.app[DIRECTORY].custom_fields(collection).without(hidden)


def fields_open_to(request: web.Request, record_type: type[Record]) -> QueryFields:
    """What whoever asks may filter, sort and search these records by."""
    return visible_fields(record_type, grants_of(request), custom_fields_of(request, record_type.collection))


def set_operation(request: web.Request, operation: Operation) -> None:
    """What the route is for, as its rule says."""
    request[_OPERATION] = operation


def set_correlation(request: web.Request, correlation_id: str) -> None:
    request[_CORRELATION] = correlation_id


def correlation_of(request: web.Request) -> str:
    return request[_CORRELATION]


def context_of(request: web.Request) -> Context:
    """The origin that events of this request will tell, and what its caller may do."""
    caller = request.get(_CALLER)
    return Context(
        actor_id=caller.user_id if caller else None,
        via=caller.via if caller else "ui",
        correlation_id=correlation_of(request),
        traceparent=current_traceparent() or request.headers.get("traceparent"),
        grants=request.app[DIRECTORY].grants(caller) if caller else EVERYTHING,
        operation=request.get(_OPERATION),
    )


def if_match(request: web.Request) -> int | None:
    """The version in `If-Match`, None where there is no such header or it is `*`."""
    header = request.headers.get("If-Match")
    if header is None or header == "*":
        return None
    match = _ETAG.match(header)
    if match is None:
        raise Malformed('If-Match must be an ETag of this record, such as "3"')
    return int(match[1])


def etag(version: int) -> str:
    return f'"{version}"'


async def body_of(request: web.Request) -> bytes:
    """The bytes of a JSON body; raises `UnsupportedMedia` for another content type."""
    if request.content_type not in _JSON:
        raise UnsupportedMedia(f"send application/json, not {request.content_type}")
    return await request.read()


async def read_body(request: web.Request, model: type[M]) -> M:
    """The body as a model; raises `Malformed`, or `InvalidFields` naming each wrong field."""
    return parse(await body_of(request), model)


def json_of(body: bytes) -> object:
    """Any JSON; raises `Malformed`."""
    try:
        return cast(object, from_json(body))
    except ValueError as error:
        raise Malformed(f"the body is not valid JSON: {error}") from None


def parse(body: bytes, model: type[M]) -> M:
    try:
        return model.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise refusal_of(error) from None


def request_key(request: web.Request, body: bytes) -> RequestKey | None:
    """The caller's Idempotency-Key for this route, None where there is none."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 0 < len(key) <= _LONGEST_KEY:
        raise InvalidFields.at("Idempotency-Key", "length", f"must have 1 to {_LONGEST_KEY} characters")
    return RequestKey.of(caller_of(request).user_id, f"{request.method} {request.path}", key, body)


def address_of(request: web.Request) -> str | None:
    """The gateway names the caller first in `X-Forwarded-For`; only a neighbour on a private network is believed."""
    told = request.headers.get(hdrs.X_FORWARDED_FOR, "").partition(",")[0].strip()
    return told if _is_address(told) and _is_neighbour(request.remote) else request.remote


def _is_neighbour(address: str | None) -> bool:
    return address is not None and _is_address(address) and ip_address(address).is_private


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
