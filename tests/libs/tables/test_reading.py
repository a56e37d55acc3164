"""Files as people have them."""

from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from libs.tables import reading
from libs.tables.csv_writing import csv_rows
from libs.tables.formats import FileFormat
from libs.tables.reading import Source, UnreadableFile, recognised, rows_in, titles_of
from libs.tables.xlsx_writing import XlsxFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


def read(path: Path, content: bytes) -> tuple[Source, list[Any]]:
    path.write_bytes(content)
    source = recognised(path)
    return source, [cells for _, cells in rows_in(path, source)]


@pytest.mark.parametrize(
    ("encoding", "recognised_as"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16")],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encoding_and_delimiter_are_recognised(path: Path, encoding: str, recognised_as: str, delimiter: str) -> None:
    text = f"Name{delimiter}Ort\r\nJürgen{delimiter}Köln\r\n\r\nÀna{delimiter}Évora\r\n"

    source, rows = read(path, text.encode(encoding))

    assert source == Source(FileFormat.CSV, recognised_as, delimiter)
    assert rows == [["Name", "Ort"], ["Jürgen", "Köln"], ["Àna", "Évora"]]


def test_the_delimiter_is_what_lines_agree_on(path: Path) -> None:
    source, rows = read(path, b'Name;Motto\nAnn;"a, b, c"\nBob;"d, e"\n')

    assert source.delimiter == ";"
    assert rows[1] == ["Ann", "a, b, c"]


def test_rows_are_numbered_as_a_spreadsheet_does(path: Path) -> None:
    path.write_bytes(b"a,b\n1,2\n,\n3,4\n")

    assert [number for number, _ in rows_in(path, recognised(path))] == [1, 2, 4]


def test_a_file_that_was_exported_says_what_it_said(path: Path) -> None:
    _, rows = read(path, csv_rows([["name", "phone"], ["=Ann", "+351 9"], ["two\nlines", "'+"]]))

    assert rows[1:] == [["=Ann", "+351 9"], ["two\nlines", "'+"]]


def test_a_workbook_is_read_from_its_first_sheet(path: Path) -> None:
    book = XlsxFile(path, "guests", ["Name", "Nights"])
    book.append([["Ann", 3]])
    book.close()

    assert recognised(path) == Source(FileFormat.XLSX)
    assert list(rows_in(path, Source(FileFormat.XLSX))) == [(1, ["Name", "Nights"]), (2, ["Ann", 3.0])]


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n\x00\x00", b"PK\x03\x04 and no archive", b"Name\n\x81\xff\n"],
    ids=["an image", "a broken archive", "no known letters"],
)
def test_what_is_no_table_is_refused(path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read(path, content)


def test_an_archive_that_is_no_workbook_is_refused(path: Path) -> None:
    with ZipFile(path, "w") as archive:
        archive.writestr("a", "b")

    with pytest.raises(UnreadableFile):
        list(rows_in(path, recognised(path)))


def test_an_archive_that_unpacks_to_too_much_is_not_opened(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_UNPACKED", 1000)
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "0" * 1001)

    with pytest.raises(UnreadableFile, match="unpacks to more"):
        recognised(path)


def test_an_archive_that_lies_about_its_size_is_refused(path: Path) -> None:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "0" * 100_000)
    small, large = (1000).to_bytes(4, "little"), (100_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(large, small))

    with pytest.raises(UnreadableFile):
        recognised(path)


def test_a_quote_that_never_ends_is_refused_with_its_row(path: Path) -> None:
    path.write_bytes(b'Name\nAnn\n"' + b"x" * 200_000)

    with pytest.raises(UnreadableFile, match="row 3"):
        list(rows_in(path, Source(FileFormat.CSV, "utf-8", ",")))


def test_every_column_has_a_title_of_its_own() -> None:
    assert titles_of(["Name", "", "Name", None]) == ("Name", "Column 2", "Name (2)", "Column 4")
