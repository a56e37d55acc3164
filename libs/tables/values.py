"""From what stands in a cell to what a field takes."""

import re
import unicodedata
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final, Literal, get_args, get_origin

from libs.tables.cells import Cell, as_text
from libs.tables.mapping import Constant, DateFormat, FieldRule, ImportMapping, folded
from libs.tables.targets import Target

_SEPARATOR: Final = re.compile(r"[;\n]")
_DAY: Final = re.compile(r"(\d{1,4})[./ -](\d{1,2})[./ -](\d{1,4})")
_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?")
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_SWAPPED: Final = str.maketrans(",.", ".,")
_ORDERS: Final = {DateFormat.YMD: (0, 1, 2), DateFormat.DMY: (2, 1, 0), DateFormat.MDY: (2, 0, 1)}
"""The places of year, month and day in a date."""

_YES: Final = frozenset({"true", "t", "yes", "y", "1", "x", "on", "ja", "sim", "oui", "si"})
_NO: Final = frozenset({"false", "f", "no", "n", "0", "off", "nein", "nao", "non"})


class BadCell(ValueError):
    """What stands in the cell cannot be what the field takes."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Reader:
    """Reads the cells of one column for one field. A reference comes out as the text that stands for it."""

    def __init__(self, target: Target, rule: FieldRule, mapping: ImportMapping) -> None:
        self._target = target
        self._values = {folded(key) or key: value for key, value in rule.values.items()}
        self._order = _ORDERS[mapping.date_format]
        self._decimal_comma = mapping.decimal_comma
        self._choices = {folded(choice): choice for choice in _choices(target.type)}

    def read(self, cell: Cell) -> Any:
        """A value as JSON has it, None for an empty cell; raises `BadCell`."""
        if cell is None or cell == "":
            return None
        if not self._target.many:
            return self._one(cell)
        parts = [part.strip() for part in _SEPARATOR.split(as_text(cell))]
        return [self._one(part) for part in parts if part]

    def _one(self, cell: Cell) -> Any:
        if self._values and (meant := self._values.get(folded(_written(cell)) or _written(cell))) is not None:
            cell = meant
        if self._choices:
            return self._choices.get(folded(_written(cell)), _written(cell))
        type_ = self._target.type
        if type_ is bool:
            return _truth(cell)
        if type_ in (int, float, Decimal):
            return self._number(cell)
        if type_ is date:
            return self._day(cell).isoformat()
        if type_ is datetime:
            return self._moment(cell)
        return _written(cell)

    def _number(self, cell: Cell) -> int | Decimal:
        if isinstance(cell, bool | date):
            raise BadCell("not_a_number", "must be a number")
        text = "".join(each for each in as_text(cell) if unicodedata.category(each) not in {"Sc", "Zs"})
        if isinstance(cell, str):
            text = text.translate(_SWAPPED) if self._decimal_comma else text
            text = text.replace(",", "") if _GROUPED.fullmatch(text) else text
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise BadCell("not_a_number", "must be a number") from None
        if not number.is_finite():
            raise BadCell("not_a_number", "must be a number")
        return int(number) if self._target.type is int and number == number.to_integral_value() else number

    def _day(self, cell: Cell) -> date:
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        text = as_text(cell)
        match = _DAY.match(text)
        if match is None:
            raise BadCell("not_a_day", "must be a day, such as 2026-03-31")
        written = match.groups()
        # A year that stands first is nothing else, whatever the order of the other days is.
        year, month, day = (written[place] for place in ((0, 1, 2) if len(written[0]) == 4 else self._order))
        if len(year) != 4:
            raise BadCell("not_a_day", "a year has four digits")
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            raise BadCell("not_a_day", "there is no such day") from None

    def _moment(self, cell: Cell) -> str:
        """The point in time, in UTC where the text tells no other zone."""
        if isinstance(cell, datetime):
            return _with_zone(cell).isoformat()
        if isinstance(cell, str) and "T" in cell:
            try:
                return _with_zone(datetime.fromisoformat(cell)).isoformat()
            except ValueError:
                raise BadCell("not_a_time", "must be a time, such as 2026-03-31T08:30:00Z") from None
        at = _TIME.search(as_text(cell))
        hour, minute, second = (int(part or 0) for part in at.groups()) if at else (0, 0, 0)
        try:
            return datetime.combine(self._day(cell), time(hour, minute, second), UTC).isoformat()
        except ValueError as error:
            raise error if isinstance(error, BadCell) else BadCell("not_a_time", "there is no such time") from None


def _choices(type_: Any) -> tuple[str, ...]:
    if get_origin(type_) is Literal:
        return get_args(type_)
    return tuple(choice.value for choice in type_) if isinstance(type_, type) and issubclass(type_, StrEnum) else ()


def constant(target: Target, value: Constant) -> Any:
    """What a field takes that is the same in every row, written in the usual form; raises `BadCell`."""
    return Reader(target, FieldRule(column=target.name), ImportMapping()).read(value)


def _written(cell: Cell) -> str:
    """Text as somebody would have typed it: a whole number from a spreadsheet has no point."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else as_text(cell)


def _truth(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    told = folded(_written(cell))
    if told not in _YES | _NO:
        raise BadCell("not_yes_or_no", "must be yes or no")
    return told in _YES


def _with_zone(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
