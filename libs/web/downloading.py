"""A file as it goes out: as a whole or a range of it (RFC 9110, 14), to be saved and never to be shown."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import ClassVar, Final
from urllib.parse import quote

from aiohttp import hdrs, web

from libs.domain.attachments import Attachment, media_type
from libs.domain.refusals import Refusal
from libs.store.files import Files

_HEADERS: Final[Mapping[str, str]] = {
    hdrs.ACCEPT_RANGES: "bytes",
    hdrs.CACHE_CONTROL: "private, no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


class RangeNotSatisfiable(Refusal):
    """The file ends before the range begins; `size` says where."""

    status: ClassVar[int] = 416
    code: ClassVar[str] = "range_not_satisfiable"


async def send_file(request: web.Request, files: Files, file: Attachment) -> web.StreamResponse:
    """Raises `NotFound` for a file that is gone, and `RangeNotSatisfiable`."""
    tag = f'"{file.sha256}"'
    asked = _range_of(request, file.size) if request.headers.get(hdrs.IF_RANGE, tag) == tag else None
    within = range(file.size) if asked is None else asked
    named = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    headers = {
        hdrs.CONTENT_DISPOSITION: named,
        hdrs.CONTENT_LENGTH: str(len(within)),
        hdrs.CONTENT_TYPE: media_type(file.content_type),
        hdrs.ETAG: tag,
        **_HEADERS,
    }
    if asked is not None:
        headers[hdrs.CONTENT_RANGE] = f"bytes {asked.start}-{asked.stop - 1}/{file.size}"
    async with aclosing(files.pieces(file.id, within)) as pieces:
        return await streamed(request, pieces, status=200 if asked is None else 206, headers=headers)


async def streamed(
    request: web.Request, pieces: AsyncGenerator[bytes, None], *, status: int = 200, headers: Mapping[str, str]
) -> web.StreamResponse:
    """The pieces as they come; not begun before the first, so that what this one raises is answered."""
    first = await anext(pieces, b"")
    response = web.StreamResponse(status=status, headers=headers)
    await response.prepare(request)
    await response.write(first)
    async for piece in pieces:
        await response.write(piece)
    await response.write_eof()
    return response


def _range_of(request: web.Request, size: int) -> range | None:
    """The bytes that are asked for; None for all, also where several ranges are asked for, or what is none."""
    try:
        asked = request.http_range
    except ValueError:
        return None
    if asked.start is None and asked.stop is None:
        return None
    found = range(*asked.indices(size))
    if not found:
        raise RangeNotSatisfiable(f"the file has {size} bytes", size=size)
    return found
