"""What stands in a file is what the records say, and never a formula."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from libs.tables.cells import Cell, harmless, original, row_of
from libs.tables.columns import columns_of
from libs.tables.csv_writing import csv_rows
from libs.tables.xlsx_writing import LONGEST_TEXT, XlsxFile
from tests.libs.tables.records import FULL, Guest

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def read_back(rows: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(rows.decode(), newline="")))


def workbook(path: Path, *rows: list[Cell]) -> Path:
    file = XlsxFile(path, "guests", [f"column {number}" for number in range(len(rows[0]))])
    file.append(rows)
    file.close()
    return path


@given(st.text())
def test_text_never_begins_a_formula_and_is_what_it_was_when_it_comes_back(text: str) -> None:
    assert not harmless(text).startswith(DANGEROUS)
    assert original(harmless(text)) == text


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1))
def test_csv_gives_back_every_text(texts: list[str]) -> None:
    assert [original(cell) for cell in read_back(csv_rows([texts]))[0]] == texts


@pytest.mark.parametrize("text", ["=1+1", "+351", "-5", "@SUM(A1)", "\tx", "\rx", "'=1", "''@x"])
def test_an_apostrophe_stands_before_what_would_begin_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_a_negative_number_stays_a_number_and_a_phone_number_text() -> None:
    columns = columns_of(Guest)
    row = dict(zip([each.title for each in columns], read_back(csv_rows([row_of(columns, FULL)]))[0], strict=True))

    assert (row["nights"], row["debt"], row["phone"]) == ("-2", "-12.50", "'+351 912 345 678")
    assert (row["birth_date"], row["vegetarian"], row["email"]) == ("1980-02-29", "false", "")
    assert (row["sizes"], row["tags"]) == ("small; very_large", "a; b")
    assert (row["host.name"], row["address.city"]) == ("Ana", "Lisboa")


def test_lines_and_quotes_are_as_rfc_4180_says() -> None:
    assert csv_rows([["a", 'say "b"'], ["c,d", "e\nf"]]) == b'a,"say ""b"""\r\n"c,d","e\nf"\r\n'


def test_cells_of_a_workbook_have_types(tmp_path: Path) -> None:
    at = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    path = workbook(
        tmp_path / "t.xlsx", ["Ana", -2, Decimal("12.50"), True, date(1980, 2, 29), at, None, date(1812, 1, 2)]
    )

    header, row = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()

    assert header[0] == "column 0"
    assert row == ["Ana", -2.0, 12.5, True, date(1980, 2, 29), at.replace(tzinfo=None), "", "1812-01-02"]


def test_a_workbook_keeps_its_header_in_view_and_text_as_text(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", ["=1+1", "x" * (LONGEST_TEXT + 1)])

    with ZipFile(path) as archive:
        sheet, styles = archive.read("xl/worksheets/sheet1.xml").decode(), archive.read("xl/styles.xml").decode()
    _, row = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()

    assert 'state="frozen"' in sheet
    assert "<f>" not in sheet
    assert 'quotePrefix="1"' in styles
    assert row[0] == "=1+1"
    assert row[1] == "x" * (LONGEST_TEXT - 1) + "…"
