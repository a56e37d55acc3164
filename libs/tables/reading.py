"""Rows out of CSV and XLSX files as people have them: in any usual encoding, with any usual delimiter."""

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import ClassVar, Final, TypeAlias
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook
from python_calamine import PasswordError as Encrypted

from libs.domain.refusals import Refusal
from libs.tables.cells import Cell, original
from libs.tables.formats import FileFormat

LARGEST_UNPACKED: Final = 128 * 1024 * 1024
"""Bytes that the parts of a workbook may have when they are unpacked."""

MOST_COLUMNS: Final = 500
_LONGEST_TITLE: Final = 200
_DELIMITERS: Final = (",", ";", "\t")
_SAMPLE: Final = 64 * 1024
_PIECE: Final = 1024 * 1024
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ENCODINGS: Final = ("utf-8", "cp1252")
_ARCHIVE: Final = b"PK\x03\x04"

Row: TypeAlias = tuple[int, list[Cell]]
"""The number of a row, as a spreadsheet counts (the first is 1), and its cells."""


class UnreadableFile(Refusal):
    """The file is neither CSV nor XLSX, or broken."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "unreadable_file"


@dataclass(frozen=True, slots=True)
class Source:
    """How a file is to be read; the last two are CSV's."""

    format: FileFormat
    encoding: str = ""
    delimiter: str = ""


def recognised(path: Path) -> Source:
    """What the file says about itself by its first bytes, its letters and its lines; raises `UnreadableFile`."""
    with path.open("rb") as file:
        begin = file.read(_SAMPLE)
    if begin.startswith(_ARCHIVE):
        _refuse_hollow(path)
        return Source(FileFormat.XLSX)
    encoding = next((name for mark, name in _MARKS if begin.startswith(mark)), None)
    if encoding is None and b"\x00" in begin:
        raise UnreadableFile("the file is neither CSV nor XLSX")
    encoding = encoding or next((name for name in _ENCODINGS if _is_written_in(path, name)), None)
    if encoding is None:
        raise UnreadableFile("the file is written neither in UTF-8 nor in Windows-1252")
    text = codecs.getincrementaldecoder(encoding)().decode(begin)
    return Source(FileFormat.CSV, encoding, delimiter_of(text))


def delimiter_of(text: str) -> str:
    """What separates most cells in lines that have equally many."""

    def agreement(delimiter: str) -> tuple[float, int]:
        widths = [
            len(row) for row in islice(csv.reader(text.splitlines(keepends=True), delimiter=delimiter), 50) if row
        ]
        most = max(widths, key=widths.count, default=1)
        return (0.0 if most < 2 else widths.count(most) / len(widths), most)

    return max(_DELIMITERS, key=agreement)


def rows_in(path: Path, source: Source) -> Iterator[Row]:
    """The rows that are not empty, the header first. Blocks; raises `UnreadableFile`, also on the way."""
    rows = _csv_rows(path, source) if source.format is FileFormat.CSV else _xlsx_rows(path)
    return ((number, cells) for number, cells in rows if any(cell not in (None, "") for cell in cells))


def titles_of(cells: Sequence[Cell]) -> tuple[str, ...]:
    """A name for each column, each another: `Name`, `Name (2)`, `Column 3`. Raises `UnreadableFile`."""
    if len(cells) > MOST_COLUMNS:
        raise UnreadableFile(f"{len(cells)} columns; at most {MOST_COLUMNS}")
    titles: dict[str, None] = {}
    for place, cell in enumerate(cells, 1):
        name = str(cell or "").strip()[:_LONGEST_TITLE] or f"Column {place}"
        count = 1
        title = name
        while title in titles:
            count += 1
            title = f"{name} ({count})"
        titles[title] = None
    return tuple(titles)


def _is_written_in(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _csv_rows(path: Path, source: Source) -> Iterator[Row]:
    number = 0
    try:
        with path.open(encoding=source.encoding, newline="") as file:
            for number, cells in enumerate(csv.reader(file, delimiter=source.delimiter), 1):
                yield number, [original(cell.strip()) for cell in cells]
    except (csv.Error, UnicodeDecodeError) as error:
        raise UnreadableFile(f"row {number + 1} cannot be read: {error}") from None


def _xlsx_rows(path: Path) -> Iterator[Row]:
    try:
        with CalamineWorkbook.from_path(path) as book:
            sheet = book.get_sheet_by_index(0)
            first = sheet.start[0] if sheet.start else 0
            yield from enumerate((_plain(cells) for cells in sheet.iter_rows()), first + 1)
    except Encrypted:
        raise UnreadableFile("the workbook is protected by a password") from None
    except CalamineError as error:
        raise UnreadableFile(f"the workbook cannot be read: {error}") from None


def _plain(cells: Iterable[object]) -> list[Cell]:
    """Texts without blanks around them; numbers, days and times as they are; a length of time as text."""
    return [cell.strip() if isinstance(cell, str) else _known(cell) for cell in cells]


def _known(cell: object) -> Cell:
    return cell if isinstance(cell, int | float | date) else str(cell)


def _refuse_hollow(path: Path) -> None:
    """An archive that unpacks to more than is bearable, or to something else than it says, is not opened."""
    try:
        with ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
            broken = unpacked <= LARGEST_UNPACKED and archive.testzip() is not None
    except (BadZipFile, NotImplementedError, RuntimeError):  # no archive, packed in an unknown way, encrypted
        broken, unpacked = True, 0
    if broken:
        raise UnreadableFile("the file is a broken archive")
    if unpacked > LARGEST_UNPACKED:
        raise UnreadableFile(f"the workbook unpacks to more than {LARGEST_UNPACKED} bytes")
