"""A file as it comes in, in a multipart body: written to disk piece by piece."""

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Final

from aiohttp import BodyPartReader, hdrs, web

from libs.domain.refusals import InvalidFields, TooLarge, UnsupportedMedia

_LONGEST_FIELD: Final = 256 * 1024
_MOST_PARTS: Final = 20


class FileTooLarge(TooLarge):
    code: ClassVar[str] = "file_too_large"


@dataclass(slots=True)
class Upload:
    """What a multipart body has: `size` bytes at `path` under the name that its sender gave them, and other fields.

    `digest` is the SHA-256 of the bytes, `content_type` what the sender says they are, without parameters.
    """

    path: Path
    name: str = ""
    size: int = 0
    digest: str = ""
    content_type: str = ""
    fields: dict[str, str] = field(default_factory=dict)


async def received(request: web.Request, path: Path, *, largest: int) -> Upload:
    """Writes the part called `file` to `path`. Raises `UnsupportedMedia`, `FileTooLarge` or `InvalidFields`."""
    if request.content_type != "multipart/form-data":
        raise UnsupportedMedia("send multipart/form-data with a part called file")
    upload = Upload(path)
    try:
        parts = await request.multipart()
        for _ in range(_MOST_PARTS):
            part = await parts.next()
            if part is None:
                break
            await _take(part, upload, largest)
    except ValueError as error:
        raise InvalidFields.at("/", "malformed", f"the body is not multipart: {error}") from None
    if not upload.size:
        raise InvalidFields.at("/file", "missing", "send a file that is not empty")
    return upload


async def _take(part: Any, upload: Upload, largest: int) -> None:
    if not isinstance(part, BodyPartReader) or part.name is None:
        raise InvalidFields.at("/", "malformed", "every part has a name")
    if part.name != "file":
        text = await part.read_chunk(_LONGEST_FIELD)
        if not part.at_eof() and await part.read_chunk(1):
            raise TooLarge(f"{part.name} is too long")
        upload.fields[part.name] = text.decode("utf-8", "replace")
        return
    if upload.name:
        raise InvalidFields.at("/file", "too_many", "send one file")
    upload.name = _named(part.filename or "")
    upload.content_type = part.headers.get(hdrs.CONTENT_TYPE, "").partition(";")[0].strip()
    digest = sha256()
    with upload.path.open("wb") as file:
        while piece := await part.read_chunk():
            upload.size += len(piece)
            if upload.size > largest:
                raise FileTooLarge(f"a file may have {largest} bytes", limit=largest)
            file.write(piece)
            digest.update(piece)
    upload.digest = digest.hexdigest()


def _named(told: str) -> str:
    """The name without folders, and without what nobody can see."""
    name = Path(told.replace("\\", "/")).name
    return "".join(filter(str.isprintable, name))[:200].strip() or "file"
