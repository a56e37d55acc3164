"""Rows as CSV (RFC 4180) in UTF-8."""

import csv
from collections.abc import Iterable
from io import StringIO

from libs.tables.cells import Cell, as_text, harmless


def csv_rows(rows: Iterable[Iterable[Cell]], *, delimiter: str = ",") -> bytes:
    """Whole lines, to be sent or stored one batch after the other."""
    lines = StringIO(newline="")
    writer = csv.writer(lines, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([harmless(cell) if isinstance(cell, str) else as_text(cell) for cell in row] for row in rows)
    return lines.getvalue().encode()
