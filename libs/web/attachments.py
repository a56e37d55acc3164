"""The attachments of a collection's records over HTTP: streamed in and out, and never shown by a browser."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from aiohttp import web

from libs.domain.attachments import Attachment, Limits, attachment_in, media_type
from libs.domain.grants import hidden_fields, refuse_closed_fields
from libs.domain.record import Record
from libs.domain.refusals import Forbidden, Refusal, Unavailable
from libs.store.attached import RecordFiles
from libs.store.documents import to_json
from libs.store.files import Files
from libs.store.ids import new_id
from libs.store.reading import read_one
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import rendered
from libs.web.api import Route, Rule
from libs.web.downloading import send_file
from libs.web.executing import STORE, execute
from libs.web.requests import grants_of
from libs.web.settings import SETTINGS, ServiceSettings
from libs.web.uploading import received

FIELD: Final = "attachments"
"""The field of a record that names its files."""

View = Mapping[str, Any]


def _anything(_: View, __: Operation) -> None:
    """Every record of the collection has attachments, whatever is to be done with them."""


@dataclass(frozen=True, slots=True)
class AttachmentRoutes:
    """What `/api/v1/<collection>/{id}/attachments` does.

    `attach` adds a file that is kept already, within the limits; `detach` takes away the one with an id. `check` may
    refuse to do so with a record as its caller sees it, before anything is sent.
    """

    record: type[Record]
    files: RecordFiles
    limits: Callable[[ServiceSettings], Limits]
    attach: Callable[[UnitOfWork, str, Attachment, Limits], Awaitable[Record]]
    detach: Callable[[UnitOfWork, str, str], Awaitable[Record]]
    check: Callable[[View, Operation], None] = _anything

    def routes(self, answer: type[Record]) -> Iterator[Route]:
        """`answer` is what the record is, as the routes that change it tell."""
        base, media = f"/api/v1/{self.record.collection}/{{id}}/{FIELD}", ("application/octet-stream",)
        one = f"{base}/{{file_id}}"
        read, write = (Rule(self.record.collection, each) for each in (Operation.READ, Operation.WRITE))
        yield Route("POST", base, self.upload, write, "Attach a file", answer=answer, raw_body="file")
        yield Route("GET", one, self.download, read, "Download an attachment, or a range of it", media=media)
        yield Route("DELETE", one, self.remove, write, "Take an attachment off", answer=answer)

    async def upload(self, request: web.Request) -> web.Response:
        """The file is kept first; where the record refuses it, it goes again.

        Where nobody knows whether the record has taken it, the file is left to be tidied up.
        """
        await self._require(request, Operation.WRITE)
        record_id = request.match_info["id"]
        limits, files = self.limits(request.app[SETTINGS]), self._files(request)
        with TemporaryDirectory(prefix="tandem-attachment-") as folder:
            upload = await received(request, Path(folder) / "file", largest=limits.largest)
            file = Attachment(
                id=f"{record_id}-{new_id()}",
                name=upload.name,
                content_type=media_type(upload.fields.get("content_type") or upload.content_type),
                size=upload.size,
                sha256=upload.digest,
            )
            limits.require_type(file)
            await files.keep(file.id, upload.path)

        async def command(work: UnitOfWork) -> Answer:
            return rendered(work, await self.attach(work, record_id, file, limits))

        try:
            return await execute(request, command, body=to_json([file.sha256, file.name]))
        except Unavailable:
            raise
        except Refusal:
            await files.drop(file.id)
            raise

    async def download(self, request: web.Request) -> web.StreamResponse:
        view = await self._require(request, Operation.READ)
        there = [Attachment.model_validate(each) for each in view.get(FIELD) or ()]
        return await send_file(request, self._files(request), attachment_in(there, request.match_info["file_id"]))

    async def remove(self, request: web.Request) -> web.Response:
        """The record lets go of it first."""
        await self._require(request, Operation.WRITE)
        file_id = request.match_info["file_id"]

        async def command(work: UnitOfWork) -> Answer:
            return rendered(work, await self.detach(work, request.match_info["id"], file_id))

        response = await execute(request, command)
        await self._files(request).drop(file_id)
        return response

    async def _require(self, request: web.Request, to: Operation) -> View:
        """The record; raises `NotFound` where the caller may not see it, `Forbidden` where this field is closed."""
        grants, collection = grants_of(request), self.record.collection
        view = await read_one(request.app[STORE], self.record, request.match_info["id"], grants, to=to)
        self.check(view, to)
        if FIELD in hidden_fields(grants, collection):
            raise Forbidden(f"your roles do not show {FIELD} of {collection}", collection=collection)
        if to is not Operation.READ:
            refuse_closed_fields((FIELD,), grants, collection)
        return view

    def _files(self, request: web.Request) -> Files:
        return Files(request.app[STORE], self.files.bucket)
