"""A file to import: looked through, and its columns guessed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from libs.tables.cells import Cell, as_text
from libs.tables.mapping import DateFormat, FieldRule, ImportMapping, date_format_of, guessed, has_decimal_comma
from libs.tables.reading import Row, Source, UnreadableFile, recognised, rows_in, titles_of
from libs.tables.targets import Target

_SAMPLE: Final = 10
_LOOKED_THROUGH: Final = 500
"""Rows by which the form of days and numbers is guessed."""

_DAYS: Final = (date, datetime)
_NUMBERS: Final = (int, float, Decimal)


@dataclass(frozen=True, slots=True)
class Contents:
    """What was found in a file. `first` rows are some of them; the last row has the number `last_row`."""

    source: Source
    columns: tuple[str, ...]
    first: tuple[Row, ...]
    rows: int
    last_row: int

    @property
    def sample(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(as_text(cell) for cell in cells) for _, cells in self.first[:_SAMPLE])


async def looked_through(path: Path) -> Contents:
    """Reads the whole file once, so that what cannot be read is known now; raises `UnreadableFile`."""
    return await asyncio.to_thread(_look_through, path)


def _look_through(path: Path) -> Contents:
    source = recognised(path)
    rows = rows_in(path, source)
    header = next(rows, None)
    if header is None:
        raise UnreadableFile("the file is empty")
    first: list[Row] = []
    count, last = 0, header[0]
    for count, row in enumerate(rows, 1):
        if count <= _LOOKED_THROUGH:
            first.append(row)
        last = row[0]
    return Contents(source, titles_of(header[1]), tuple(first), count, last)


def guess(targets: Mapping[str, Target], contents: Contents) -> ImportMapping:
    """The columns whose titles say what they are, and the form of days and numbers as the first rows show it."""
    fields = guessed(contents.columns, targets)
    return ImportMapping(
        fields=fields,
        date_format=date_format_of(_texts(targets, contents, fields, _DAYS)) or DateFormat.YMD,
        decimal_comma=has_decimal_comma(_texts(targets, contents, fields, _NUMBERS)),
    )


def days_are_ambiguous(targets: Mapping[str, Target], contents: Contents, mapping: ImportMapping) -> bool:
    """Whether there are days, and these rows do not tell the order of day and month."""
    days = _texts(targets, contents, mapping.fields, _DAYS)
    return bool(days) and date_format_of(days) is None


def _texts(
    targets: Mapping[str, Target], contents: Contents, fields: Mapping[str, FieldRule], types: tuple[type, ...]
) -> list[str]:
    """What is written in the columns that fill fields of these types."""
    columns = {rule.column for name, rule in fields.items() if name in targets and targets[name].type in types}
    places = [place for place, title in enumerate(contents.columns) if title in columns]
    cells: list[Cell] = [cells[place] for _, cells in contents.first for place in places if place < len(cells)]
    return [cell for cell in cells if isinstance(cell, str) and cell]
