"""Files in which a person stands: a file cannot be mended, so it goes."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final
from zipfile import ZipFile, is_zipfile

from libs.store.files import Files

_PIECE: Final = 1024 * 1024
_LONGEST: Final = 2 * 300
"""Bytes of the longest needle, in two bytes a letter."""


async def holding(files: Files, needles: Iterable[bytes]) -> AsyncIterator[str]:
    """The ids of the files that have one of the needles (in lower case) in them."""
    wanted = [each for needle in needles for each in (needle, needle.decode().encode("utf-16-le"))]
    for file_id in await files.ids():
        with TemporaryDirectory(prefix="tandem-privacy-") as folder:
            path = Path(folder) / "file"
            await files.fetch(file_id, path)
            if await asyncio.to_thread(_holds, path, wanted):
                yield file_id


def _holds(path: Path, needles: list[bytes]) -> bool:
    return any(needle in piece for piece in _pieces(path) for needle in needles)


def _pieces(path: Path) -> Iterator[bytes]:
    """What the file says, in lower case; of a workbook each of its parts."""
    if not is_zipfile(path):
        with path.open("rb") as file:
            yield from _overlapping(file)
        return
    with ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as part:
                yield from _overlapping(part)


def _overlapping(file: IO[bytes]) -> Iterator[bytes]:
    """Pieces that each begin with the end of the one before, so that nothing stands between two."""
    end = b""
    while piece := file.read(_PIECE):
        whole = end + piece.lower()
        yield whole
        end = whole[-_LONGEST:]
