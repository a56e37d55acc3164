"""The archive of an export: what each service has written, put together as it is sent."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from aiohttp import web

from libs.domain.refusals import Refusal
from libs.privacy.exporting import part_id
from libs.store.clock import utc_now
from libs.store.reading import read_one
from libs.telemetry.logs import logger
from libs.web.executing import STORE
from libs.web.gateway import GATEWAY, Gateway
from libs.web.requests import grants_of
from services.journal.privacy_requests import model
from services.journal.privacy_requests.index import INDEX, Entry, index_of
from services.journal.privacy_requests.model import PrivacyRequest

_PIECE: Final = 256 * 1024
_PATIENCE: Final = 60.0
"""Seconds that a reader may take for one piece."""

_log = logger()


async def send_archive(request: web.Request) -> web.StreamResponse:
    """A ZIP of JSON files, and of ZIPs with the files that lie beside records; raises `NotDownloadable`.

    If a service fails under way, the connection breaks off.
    """
    store = request.app[STORE]
    view = await read_one(store, PrivacyRequest, request.match_info["id"], grants_of(request))
    wanted = PrivacyRequest.model_validate(view)
    model.require_downloadable(wanted, at=utc_now())
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="person-{wanted.id}.zip"',
        "Cache-Control": "no-store",
    }
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    try:
        async with aclosing(_pieces(wanted, request)) as pieces:
            async for piece in pieces:
                async with asyncio.timeout(_PATIENCE):
                    await response.write(piece)
        await response.write_eof()
    except (Refusal, OSError, TimeoutError) as error:
        _log.warning("archive_cut_off", request_id=wanted.id, error=error)
        if request.transport is not None:
            request.transport.abort()
    return response


class _Outlet:
    """What the archive writes, until it is taken: there is no going back in what was sent."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        self._written.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        written, self._written = b"".join(self._written), []
        return written


async def _pieces(wanted: PrivacyRequest, request: web.Request) -> AsyncGenerator[bytes, None]:
    outlet, entries = _Outlet(), list(_entries(wanted))
    archive = ZipFile(outlet, "w", ZIP_DEFLATED)
    archive.writestr(INDEX, index_of(wanted, entries))
    for entry in entries:
        info = ZipInfo(entry.path, utc_now().timetuple()[:6])
        info.compress_type = ZIP_DEFLATED
        with archive.open(info, "w", force_zip64=True) as file:
            async for piece in _part(request.app[GATEWAY], entry.part, request):
                await asyncio.to_thread(file.write, piece)
                yield outlet.take()
    archive.close()
    yield outlet.take()


def _entries(wanted: PrivacyRequest) -> Iterator[Entry]:
    task_id = f"{wanted.id}-{wanted.round}"
    for answer in sorted(wanted.answers, key=lambda each: each.service):
        for found in answer.found:
            part = part_id(answer.service, task_id, found.collection)
            yield Entry(answer.service, found.collection, found.count, part, bool(found.files))


async def _part(gateway: Gateway, part: str, request: web.Request) -> AsyncGenerator[bytes, None]:
    async with gateway.reading(f"/api/v1/privacy_parts/{part}", request) as response:
        async for piece in response.content.iter_chunked(_PIECE):
            yield piece
