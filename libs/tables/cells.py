"""From a value of a record to what one cell shows."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias

from libs.store.documents import to_json
from libs.tables.columns import Column

Cell: TypeAlias = str | bool | int | float | Decimal | datetime | date | None

BETWEEN: Final = "; "
"""Stands between the values of a list."""

_BEGINS_FORMULA: Final = frozenset("=+-@\t\r\n")


def row_of(columns: Sequence[Column], view: Mapping[str, Any]) -> list[Cell]:
    return [cell_of(column, column.value(view)) for column in columns]


def cell_of(column: Column, value: Any) -> Cell:
    """A number, day or time as what it is; a list of plain values as one text, anything else as JSON."""
    match value:
        case str() if column.type is date:
            return date.fromisoformat(value)
        case None | str() | bool() | int() | float() | Decimal() | datetime() | date():
            return value
        case [*several]:
            plain = [as_text(each) for each in several if not isinstance(each, dict | list)]
            return BETWEEN.join(plain) or None if len(plain) == len(several) else to_json(several).decode()
        case {}:
            return to_json(value).decode() if value else None
    raise TypeError(f"{type(value).__name__} has no place in a cell")


def as_text(cell: Cell) -> str:
    """The value as CSV shows it: points in numbers, `true`, days and times in ISO 8601."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case Decimal():
            return format(cell, "f")
        case datetime():
            return cell.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before whatever would begin one.

    One that stands there already is doubled, so that `original` always gets back what was.
    """
    return f"'{text}" if _would_begin_formula(text) else text


def original(text: str) -> str:
    """What `harmless` was given."""
    return text[1:] if text.startswith("'") and _would_begin_formula(text) else text


def _would_begin_formula(text: str) -> bool:
    return text.lstrip("'")[:1] in _BEGINS_FORMULA
