"""Rows for people on a terminal, JSON lines for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from rich.console import Console
from rich.table import Table

Row: TypeAlias = Mapping[str, Any]


def show(rows: Iterable[Row], columns: Sequence[str], nothing: str) -> None:
    """A table of these columns, or a sentence if there are no rows; whole rows as JSON lines into a pipe."""
    console = Console(highlight=False)
    found = list(rows)
    if not console.is_terminal:
        sys.stdout.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in found)
    elif found:
        console.print(_table(found, columns))
    else:
        console.print(nothing)


def _table(rows: Iterable[Row], columns: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    return table


def _cell(value: object) -> str:
    return "" if value is None else str(value)
