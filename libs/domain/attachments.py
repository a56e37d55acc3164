"""Attachments: files that lie beside a record, which names them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated, ClassVar, Final

from pydantic import Field

from libs.contracts.values import Value
from libs.domain.fields import Line
from libs.domain.refusals import InvalidFields, NotFound, TooLarge, UnsupportedMedia

_MEDIA_TYPE: Final = re.compile(r"[\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,99}", re.ASCII)
"""A type and subtype, without parameters (RFC 6838)."""
_UNKNOWN: Final = "application/octet-stream"


class Attachment(Value):
    """A file, kept beside its record under this `id`; `size` in bytes, `sha256` in hexadecimal."""

    id: str
    name: Line
    content_type: Annotated[str, Field(max_length=200)]
    size: int
    sha256: str


def media_type(told: str) -> str:
    """The type that somebody gave a file, in lower case; that of any bytes where it is none."""
    return told.lower() if _MEDIA_TYPE.fullmatch(told) else _UNKNOWN


class FileTypeRefused(UnsupportedMedia):
    """This installation takes no files of this type."""

    code: ClassVar[str] = "file_type_refused"


@dataclass(frozen=True, slots=True)
class Limits:
    """What may lie beside one record: `most` files, each of `largest` bytes, all of them of `together`.

    `refused` are endings of names (`exe`) and media types (`text/html`, `video/*`).
    """

    largest: int
    together: int
    most: int
    refused: frozenset[str] = frozenset()

    def require_type(self, file: Attachment) -> None:
        """Raises `FileTypeRefused`."""
        ending = file.name.rstrip(". ").rpartition(".")[2].lower()
        if any(fnmatchcase(file.content_type, each) if "/" in each else ending == each for each in self.refused):
            raise FileTypeRefused(f"files such as {file.name} are not taken here", content_type=file.content_type)

    def joined(self, there: Sequence[Attachment], file: Attachment) -> tuple[Attachment, ...]:
        """The attachments with one more; raises `TooLarge`, or `InvalidFields` where there are too many."""
        if sum(each.size for each in there) + file.size > self.together:
            raise TooLarge(f"all attachments together may have {self.together} bytes", limit=self.together)
        if len(there) >= self.most:
            raise InvalidFields.at("/file", "too_many", f"at most {self.most} attachments")
        return (*there, file)


def attachment_in(there: Sequence[Attachment], file_id: str) -> Attachment:
    """Raises `NotFound`."""
    found = next((each for each in there if each.id == file_id), None)
    if found is None:
        raise NotFound(f"no attachment {file_id} goes with this record")
    return found


def without(there: Sequence[Attachment], file_id: str) -> tuple[Attachment, ...]:
    """The others; raises `NotFound`."""
    gone = attachment_in(there, file_id)
    return tuple(each for each in there if each is not gone)
