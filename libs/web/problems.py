"""Problem documents (RFC 9457): every error a client sees has this form and a stable `code`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import orjson
from aiohttp import web
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from libs.domain.refusals import FieldError, InvalidFields, Malformed, Refusal, pointer_of

CONTENT_TYPE: Final = "application/problem+json"
_TITLES: Final = {
    308: "Merged",
    400: "Malformed request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Refused by a rule",
    412: "Stale version",
    413: "Too large",
    415: "Unsupported media type",
    416: "Range not satisfiable",
    422: "Invalid input",
    429: "Too many requests",
    500: "Internal error",
    503: "Not available",
}


@contextmanager
def under(pointer: str) -> Iterator[None]:
    """What is refused within stands in this part of the body."""
    try:
        yield
    except Refusal as refusal:
        refusal.errors = tuple(replace(each, pointer=f"{pointer}{each.pointer}") for each in refusal.errors)
        raise


def problem(status: int, code: str, detail: str, **members: Any) -> dict[str, Any]:
    return {"type": "about:blank", "title": _TITLES.get(status, "Error"), "status": status, "code": code} | {
        "detail": detail,
        **members,
    }


def problem_of(refusal: Refusal) -> dict[str, Any]:
    members = dict(refusal.extra)
    if refusal.errors:
        members["errors"] = [
            {"pointer": error.pointer, "code": error.code, "detail": error.detail} for error in refusal.errors
        ]
    return problem(refusal.status, refusal.code, refusal.detail, **members)


def _response(document: dict[str, Any], headers: dict[str, str]) -> web.Response:
    body = orjson.dumps(document, default=str)
    return web.Response(status=document["status"], body=body, headers={"Content-Type": CONTENT_TYPE, **headers})


def problem_response(refusal: Refusal, *, location: str | None = None) -> web.Response:
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
    if location is not None:
        headers["Location"] = location
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if refusal.status == 416:
        headers["Content-Range"] = f"bytes */{refusal.extra['size']}"
    return _response(problem_of(refusal), headers)


def http_problem(error: web.HTTPException) -> web.Response:
    """Refusals by the HTTP library itself (unknown paths, methods, oversized bodies) as problems too."""
    code = (error.reason or "error").lower().replace(" ", "_")
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return _response(problem(error.status, code, _said(error)), headers)


def _said(error: web.HTTPException) -> str:
    match error:
        case web.HTTPNotFound():
            return "there is no such path"
        case web.HTTPMethodNotAllowed():
            return f"{error.method} is not possible here; possible: {', '.join(sorted(error.allowed_methods))}"
        case _:
            return error.text or str(error.reason)


def internal_problem(correlation_id: str) -> web.Response:
    detail = "The service failed on this request; the log has the reason under the correlation id."
    return _response(problem(500, "internal_error", detail, correlation_id=correlation_id), {})


def refusal_of(error: ValidationError) -> Refusal:
    """What pydantic found, as a refusal that names each field and repeats no value."""
    details = error.errors(include_url=False, include_input=False, include_context=False)
    if any(detail["type"] == "json_invalid" for detail in details):
        return Malformed(f"the body is not valid JSON: {details[0]['msg']}")
    errors = [_field_error(detail) for detail in details]
    return InvalidFields(f"{len(errors)} field(s) are not valid", errors=errors)


def _field_error(detail: ErrorDetails) -> FieldError:
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        message = "not a field that can be set here"
    return FieldError(pointer_of(detail["loc"]), detail["type"], message)
