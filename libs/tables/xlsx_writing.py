"""Rows as an XLSX workbook of one sheet: typed cells, a header that stays in view, memory for one row."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]  # it has hints, and does not say so

from libs.tables.cells import Cell, as_text, harmless

LONGEST_TEXT: Final = 32_767
"""Characters that a cell can hold; longer text is cut and ends in an ellipsis."""

_FIRST_YEAR: Final = 1900
_LONGEST_NAME: Final = 31
_WIDTH: Final = 18


class XlsxFile:
    """A file being written; blocks, so it belongs into a thread. Its temporary files lie beside it."""

    def __init__(self, path: Path, name: str, titles: Iterable[str]) -> None:
        options = {"constant_memory": True, "tmpdir": str(path.parent)}
        self._book = xlsxwriter.Workbook(str(path), options)
        self._sheet = self._book.add_worksheet(name[:_LONGEST_NAME])
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._amount = self._book.add_format({"num_format": "#,##0.00##"})
        self._quoted = self._book.add_format({"quote_prefix": True})
        header = self._book.add_format({"bold": True})
        named = list(titles)
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(named) - 1, _WIDTH)
        for place, title in enumerate(named):
            self._sheet.write_string(0, place, title, header)
        self._rows = 1

    def append(self, rows: Iterable[Iterable[Cell]]) -> None:
        for row in rows:
            for place, cell in enumerate(row):
                self._write(self._rows, place, cell)
            self._rows += 1

    def close(self) -> None:
        self._book.close()

    def _write(self, row: int, place: int, cell: Cell) -> None:
        match cell:
            case None | "":
                return
            case str():
                self._write_text(row, place, cell)
            case bool():
                self._sheet.write_boolean(row, place, cell)
            case Decimal():
                self._sheet.write_number(row, place, float(cell), self._amount)
            case int() | float():
                self._sheet.write_number(row, place, cell)
            case date() if cell.year < _FIRST_YEAR:  # before its calendar begins
                self._sheet.write_string(row, place, as_text(cell))
            case datetime():
                self._sheet.write_datetime(row, place, cell.replace(tzinfo=None), self._moment)
            case date():
                self._sheet.write_datetime(row, place, cell, self._day)

    def _write_text(self, row: int, place: int, text: str) -> None:
        """Always as text; what looks like a formula is marked, so that it stays text when somebody edits it."""
        fitting = text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
        self._sheet.write_string(row, place, fitting, self._quoted if harmless(text) != text else None)
