"""From what a command returns to what the client receives."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web
from orjson import Fragment
from pydantic import BaseModel

from libs.domain.record import Record
from libs.jobs.jobs import Job
from libs.store.documents import to_json
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.requests import etag

_JSON: Final = {"Content-Type": "application/json"}


def json_response(body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(status=status, body=body, headers={**_JSON, **headers} if headers else _JSON)


def respond(answer: Answer) -> web.Response:
    if answer.status == 204:
        return web.Response(status=204)
    return json_response(answer.body, status=answer.status, headers=answer.headers)


_NOTHING_TOLD: Final[Mapping[str, str]] = {}


def created(work: UnitOfWork, record: Record, told: Mapping[str, str] = _NOTHING_TOLD) -> Answer:
    """201 with the record, where it is and its version; `told` are further headers."""
    headers = {"Location": f"/api/v1/{record.collection}/{record.id}", "ETag": etag(record.version), **told}
    return Answer(201, work.public_json(record), headers)


def accepted(job: Job) -> Answer:
    """202 with a job that has begun, and where to look how far it is."""
    return Answer(202, to_json(job.model_dump()), {"Location": f"/api/v1/jobs/{job.id}"})


def rendered(work: UnitOfWork, result: object, told: Mapping[str, str] = _NOTHING_TOLD) -> Answer:
    """200 with a record, or with an object that has records among its members; 204 for nothing."""
    if result is None:
        return Answer(204, b"", {})
    if isinstance(result, Record):
        return Answer(200, work.public_json(result), {"ETag": etag(result.version), **told})
    return Answer(200, to_json(_plain(work, result)), {**told})


def _plain(work: UnitOfWork, result: object) -> Any:
    if isinstance(result, Record):
        return Fragment(work.public_json(result))
    if isinstance(result, BaseModel):
        return result.model_dump()
    if isinstance(result, Mapping):
        return {name: _plain(work, value) for name, value in result.items()}
    if isinstance(result, list | tuple):
        return [_plain(work, value) for value in result]
    return result
