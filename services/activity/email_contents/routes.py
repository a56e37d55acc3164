"""Bodies and attachments of e-mails over HTTP."""

from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import quote

from aiohttp import web

from libs.domain.grants import hidden_fields
from libs.domain.refusals import Forbidden, NotFound
from libs.store.documents import to_json
from libs.store.files import Files
from libs.store.ids import new_id
from libs.store.reading import read_one
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import json_response, rendered
from libs.web.api import Route, Rule
from libs.web.executing import STORE, execute
from libs.web.imports.uploading import received
from libs.web.requests import body_of, grants_of, parse
from services.activity.activities.model.email import Email, EmailFile, NotAnEmail
from services.activity.activities.model.kinds import AnyActivity
from services.activity.email_contents import commands, store
from services.activity.email_contents.model import Body, Written
from services.activity.email_contents.sanitising import shown

LARGEST: Final = 25 * 1024 * 1024
"""Bytes of all attachments of an e-mail; larger mail is refused by most servers."""

_READ: Final = Rule(AnyActivity.collection, Operation.READ)
_WRITE: Final = Rule(AnyActivity.collection, Operation.WRITE)
_BODY: Final = "/api/v1/activities/{id}/body"
_FILES: Final = "/api/v1/activities/{id}/attachments"

_DOWNLOAD: Final[Mapping[str, str]] = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


async def _visible(request: web.Request, field: str, *, to: Operation = Operation.READ) -> Email:
    """The e-mail; raises `NotFound` where the caller may not see it, `Forbidden` where this field is hidden."""
    grants = grants_of(request)
    view = await read_one(request.app[STORE], AnyActivity, request.match_info["id"], grants, to=to)
    if view["type"] != "email":
        raise NotAnEmail("this activity is no e-mail")
    if field in hidden_fields(grants, AnyActivity.collection):
        raise Forbidden(f"your roles do not show {field} of activities", collection=AnyActivity.collection)
    return Email.model_validate(view)


async def read_body(request: web.Request) -> web.Response:
    email = await _visible(request, "description")
    return json_response(to_json((await store.body_of(request.app[STORE], email)).model_dump()))


async def write_body(request: web.Request) -> web.Response:
    sent = await body_of(request)
    body = shown(parse(sent, Written))

    async def command(work: UnitOfWork) -> Answer:
        return rendered(work, await commands.write_body(work, request.match_info["id"], body))

    return await execute(request, command, body=sent)


async def attach_file(request: web.Request) -> web.Response:
    """The file is kept first: where the record does not take it, it goes again."""
    email = await _visible(request, "attachments", to=Operation.WRITE)
    email.require_draft()
    files, file_id = Files(request.app[STORE], store.FILES), f"{email.id}-{new_id()}"
    with TemporaryDirectory(prefix="tandem-attachment-") as folder:
        upload = await received(request, Path(folder) / "file", largest=LARGEST)
        await files.keep(file_id, upload.path)
    file = EmailFile(
        id=file_id,
        name=upload.name,
        content_type=upload.fields.get("content_type") or "application/octet-stream",
        size=upload.size,
        sha256=upload.digest,
    )

    async def command(work: UnitOfWork) -> Answer:
        return rendered(work, await commands.attach_file(work, email.id, file, largest=LARGEST))

    try:
        return await execute(request, command, body=to_json([upload.digest, upload.name]))
    except BaseException:
        await files.drop(file_id)
        raise


async def read_file(request: web.Request) -> web.StreamResponse:
    email = await _visible(request, "attachments")
    file = _file(email, request.match_info["file_id"])
    named = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    headers = {"Content-Disposition": named, "Content-Length": str(file.size), "ETag": f'"{file.sha256}"', **_DOWNLOAD}
    async with aclosing(Files(request.app[STORE], store.FILES).pieces(file.id)) as pieces:
        first = await anext(pieces, b"")
        response = web.StreamResponse(headers=headers)
        response.content_type = file.content_type
        await response.prepare(request)
        await response.write(first)
        async for piece in pieces:
            await response.write(piece)
    await response.write_eof()
    return response


def _file(email: Email, file_id: str) -> EmailFile:
    found = next((each for each in email.attachments if each.id == file_id), None)
    if found is None:
        raise NotFound(f"no attachment {file_id} goes with the e-mail")
    return found


async def detach_file(request: web.Request) -> web.Response:
    """The record lets go of it first."""
    file_id = request.match_info["file_id"]

    async def command(work: UnitOfWork) -> Answer:
        return rendered(work, await commands.detach_file(work, request.match_info["id"], file_id))

    response = await execute(request, command)
    await Files(request.app[STORE], store.FILES).drop(file_id)
    return response


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", _BODY, read_body, _READ, "The whole body of an e-mail, its HTML safe to show", answer=Body),
    Route("PUT", _BODY, write_body, _WRITE, "Give a draft a body with HTML, or a long one", Written, Email),
    Route(
        "POST",
        _FILES,
        attach_file,
        _WRITE,
        "Attach the file of a multipart body to a draft",
        answer=Email,
        raw_body="file",
    ),
    Route(
        "GET", f"{_FILES}/{{file_id}}", read_file, _READ, "Download an attachment", media=("application/octet-stream",)
    ),
    Route("DELETE", f"{_FILES}/{{file_id}}", detach_file, _WRITE, "Take an attachment off a draft", answer=Email),
)
