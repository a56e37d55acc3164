"""A backup as it lies on disk: a manifest, and for each collection its documents, as BSON one after the other, gzipped.

The manifest is written last: a directory without one is no backup.
"""

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
PORTION: Final = 4 * 1024 * 1024
"""Bytes of documents that are in memory at once."""

MOST_TOGETHER: Final = 1000
_LARGEST_DOCUMENT: Final = 16 * 1024 * 1024 + 16 * 1024
_LEVEL: Final = 3
_LENGTH: Final = 4


class Unsound(Exception):
    """A backup that is not what its manifest says, or none at all; the message says where."""


class KeptCollection(BaseModel):
    """`bytes` are those of the documents, `sha256` is that of the file. `indexes` are told for people alone."""

    model_config = ConfigDict(frozen=True)

    documents: Annotated[int, Field(ge=0)]
    bytes: Annotated[int, Field(ge=0)]
    sha256: str
    indexes: tuple[str, ...] = ()


class KeptService(BaseModel):
    model_config = ConfigDict(frozen=True)

    epoch: int
    collections: Mapping[str, KeptCollection]

    @property
    def documents(self) -> int:
        return sum(each.documents for each in self.collections.values())


class Manifest(BaseModel):
    """All services as they were at one moment, `taken_at` by the database's clock, `cluster_time` by its log."""

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = FORMAT
    taken_at: datetime
    cluster_time: str
    server: str
    services: Mapping[str, KeptService]

    @classmethod
    def read(cls, directory: Path) -> Self:
        """Raises `Unsound`."""
        try:
            return cls.model_validate_json((directory / MANIFEST).read_bytes())
        except OSError as error:
            raise Unsound(f"{directory} holds no backup that was finished") from error
        except ValidationError as error:
            raise Unsound(f"{directory / MANIFEST} cannot be read: {error.errors()[0]['msg']}") from error

    def write(self, directory: Path) -> None:
        """At once or not at all."""
        draft = directory / f"{MANIFEST}.draft"
        draft.write_text(self.model_dump_json(indent=1) + "\n")
        draft.replace(directory / MANIFEST)


def require_empty(directory: Path) -> None:
    """Makes it if it is not there; raises `Unsound` where it holds something."""
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise Unsound(f"{directory} is not empty")


def file_of(directory: Path, service: str, collection: str) -> Path:
    return directory / service / f"{collection}.bson.gz"


class Writing:
    """A file under way. `add` takes any number of whole documents."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = gzip.open(path, "wb", compresslevel=_LEVEL)  # noqa: SIM115  # closed by `kept`, or __exit__
        self.documents = 0
        self._bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, documents: bytes) -> None:
        self._file.write(documents)
        self._bytes += len(documents)
        at = 0
        while at < len(documents):
            at += int.from_bytes(documents[at : at + _LENGTH], "little")
            self.documents += 1

    def kept(self, indexes: tuple[str, ...]) -> KeptCollection:
        self._file.close()
        digest = _digest(self._path)
        return KeptCollection(documents=self.documents, bytes=self._bytes, sha256=digest, indexes=indexes)


def portions(path: Path) -> Iterator[list[bytes]]:
    """The documents of a file, some at a time; raises `Unsound`."""
    portion: list[bytes] = []
    size = 0
    try:
        with gzip.open(path, "rb") as file:
            while head := file.read(_LENGTH):
                document = head + _exactly(file.read(length := _rest(head)), length, path)
                portion.append(document)
                size += len(document)
                if size >= PORTION or len(portion) >= MOST_TOGETHER:
                    yield portion
                    portion, size = [], 0
    except (OSError, EOFError) as error:
        raise Unsound(f"{path} cannot be read: {error}") from error
    if portion:
        yield portion


def _rest(head: bytes) -> int:
    length = int.from_bytes(head, "little")
    if len(head) < _LENGTH or not _LENGTH < length <= _LARGEST_DOCUMENT:
        raise Unsound("a document of impossible length")
    return length - _LENGTH


def _exactly(read: bytes, length: int, path: Path) -> bytes:
    if len(read) != length:
        raise Unsound(f"{path} ends within a document")
    return read


def verify(path: Path, kept: KeptCollection) -> None:
    """Raises `Unsound` unless the file is, bit by bit, what was written, and holds as much as was counted."""
    try:
        digest = _digest(path)
    except OSError as error:
        raise Unsound(f"{path} cannot be read: {error.strerror}") from error
    if digest != kept.sha256:
        raise Unsound(f"{path} has changed since it was written")
    documents = size = 0
    for portion in portions(path):
        documents += len(portion)
        size += sum(map(len, portion))
    if (documents, size) != (kept.documents, kept.bytes):
        raise Unsound(f"{path} holds {documents} documents, not {kept.documents}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def index_names(indexes: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(indexes))
