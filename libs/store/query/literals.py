"""Literals of a filter to the values that MongoDB compares with, by the kind of the field."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Final

from odata_query import ast

from libs.contracts.values import to_moment
from libs.store.query.fields import FieldKind, QueryField
from libs.store.query.language import Node, spelled
from libs.store.query.limits import MAX_TERM_LENGTH
from libs.store.query.refusals import Fault

Value = str | int | float | Decimal | bool | datetime | None

_INT64: Final = 2**63
_DECIMAL_DIGITS: Final = 34
_DECIMAL_MAGNITUDE: Final = 1000
"""Far beyond any amount and well inside Decimal128."""


def value_of(node: Node, field: QueryField, now: datetime) -> Value:
    """The value of a literal that is compared with `field`; null is a value of every kind."""
    if isinstance(node, ast.Null):
        return None
    _check_length(node)
    value = _READERS[field.kind](node, field, now)
    if value is None:
        raise Fault("wrong_type", f"{field.name} is compared with {_EXAMPLES[field.kind]}")
    return value


def term_of(node: Node) -> str:
    """A text literal, also in `tolower('…')`."""
    match node:
        case ast.Call(args=[ast.String() as text]) if spelled(node.func) == "tolower":
            return _checked(text).lower()
        case ast.Call(args=[ast.String() as text]) if spelled(node.func) == "toupper":
            return _checked(text).upper()
        case ast.String():
            return _checked(node)
        case _:
            raise Fault("wrong_type", "a text in single quotes is wanted, such as 'Acme'")


def _checked(text: ast.String) -> str:
    _check_length(text)
    return text.val


def _check_length(node: Node) -> None:
    if len(getattr(node, "val", "")) > MAX_TERM_LENGTH:
        raise Fault("too_long", f"a literal has at most {MAX_TERM_LENGTH} characters")


def _text(node: Node, _field: QueryField, _now: datetime) -> str | None:
    return term_of(node) if isinstance(node, ast.String | ast.Call) else None


def _email(node: Node, field: QueryField, now: datetime) -> str | None:
    text = _text(node, field, now)
    return None if text is None else text.lower()


def _id(node: Node, _field: QueryField, _now: datetime) -> str | None:
    match node:
        case ast.GUID():
            return node.val.lower()
        case ast.String():
            return node.val
        case _:
            return None


def _number(node: Node, _field: QueryField, _now: datetime) -> int | float | None:
    match node:
        case ast.Integer() if -_INT64 <= int(node.val) < _INT64:
            return int(node.val)
        case ast.Float() if isfinite(float(node.val)):
            return float(node.val)
        case ast.Integer() | ast.Float():
            raise _out_of_range(node)
        case _:
            return None


def _money(node: Node, _field: QueryField, _now: datetime) -> Decimal | None:
    if not isinstance(node, ast.Integer | ast.Float):
        return None
    try:
        amount = Decimal(node.val)
    except InvalidOperation:
        raise _out_of_range(node) from None
    if len(amount.as_tuple().digits) > _DECIMAL_DIGITS or abs(amount.adjusted()) > _DECIMAL_MAGNITUDE:
        raise _out_of_range(node)
    return amount


def _out_of_range(number: ast.Integer | ast.Float) -> Fault:
    return Fault("out_of_range", f"{number.val} is too large a number, or too fine")


def _boolean(node: Node, _field: QueryField, _now: datetime) -> bool | None:
    return node.val.lower() == "true" if isinstance(node, ast.Boolean) else None


def _date(node: Node, _field: QueryField, now: datetime) -> str | None:
    if isinstance(node, ast.Date):
        return _day(node).isoformat()
    moment = _relative(node, now)
    return None if moment is None else moment.date().isoformat()


def _datetime(node: Node, _field: QueryField, now: datetime) -> datetime | None:
    match node:
        case ast.Date():
            return datetime.combine(_day(node), time(), UTC)
        case ast.DateTime():
            return _moment(node)
        case _:
            return _relative(node, now)


def _choice(node: Node, field: QueryField, _now: datetime) -> str | None:
    if not isinstance(node, ast.String):
        return None
    if field.choices and node.val not in field.choices:
        choices = ", ".join(field.choices)
        raise Fault("invalid_choice", f"{node.val!r} is not a {field.name}; it is one of: {choices}")
    return node.val


def _as_written(node: Node, field: QueryField, now: datetime) -> Value:
    """A text, a number, a day or a truth, whichever it is."""
    found = (read(node, field, now) for read in (_text, _id, _number, _boolean, _date))
    return next((value for value in found if value is not None), None)


def _day(node: ast.Date) -> date:
    try:
        return date.fromisoformat(node.val)
    except ValueError:
        raise Fault("invalid_date", f"{node.val} is not a day of the calendar") from None


def _moment(node: ast.DateTime) -> datetime:
    try:
        moment = datetime.fromisoformat(node.val.upper())
        if moment.tzinfo is None:
            raise Fault("invalid_datetime", f"{node.val} needs a time zone: a Z for UTC, or an offset")
        return to_moment(moment)
    except (ValueError, OverflowError):
        raise Fault("invalid_datetime", f"{node.val} is not a point in time") from None


def _relative(node: Node, now: datetime) -> datetime | None:
    """`now()`, and `now()` with a duration added or subtracted."""
    match node:
        case ast.Call() if spelled(node.func) == "now":
            return to_moment(now)
        case ast.BinOp(op=ast.Add() | ast.Sub(), left=ast.Call() as call, right=ast.Duration() as length):
            return _moved(now, length, back=isinstance(node.op, ast.Sub)) if spelled(call.func) == "now" else None
        case _:
            return None


def _moved(now: datetime, length: ast.Duration, *, back: bool) -> datetime:
    _check_length(length)
    span = _span(length)
    try:
        return to_moment(now - span if back else now + span)
    except OverflowError:
        raise Fault("out_of_range", f"{length.val} leads out of the calendar") from None


def _span(node: ast.Duration) -> timedelta:
    sign, years, months, days, hours, minutes, seconds = node.unpack()
    if years or months:
        raise Fault("invalid_duration", "a duration counts days, hours, minutes and seconds, such as 'P7D'")
    try:
        span = timedelta(
            days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0), seconds=float(seconds or 0)
        )
    except OverflowError:
        raise Fault("out_of_range", f"{node.val} is too long a time") from None
    return -span if sign == "-" else span


def _nothing(_node: Node, _field: QueryField, _now: datetime) -> None:
    return None


_READERS: Final[Mapping[FieldKind, Callable[[Node, QueryField, datetime], Value]]] = {
    FieldKind.TEXT: _text,
    FieldKind.EMAIL: _email,
    FieldKind.ID: _id,
    FieldKind.NUMBER: _number,
    FieldKind.MONEY: _money,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.DATE: _date,
    FieldKind.DATETIME: _datetime,
    FieldKind.CHOICE: _choice,
    FieldKind.REFERENCE: _nothing,
    FieldKind.OPEN: _as_written,
}

_EXAMPLES: Final[Mapping[FieldKind, str]] = {
    FieldKind.TEXT: "a text in single quotes, such as 'Acme'",
    FieldKind.EMAIL: "an address in single quotes, such as 'ann@example.com'",
    FieldKind.ID: "an id",
    FieldKind.NUMBER: "a number",
    FieldKind.MONEY: "a number",
    FieldKind.BOOLEAN: "true or false",
    FieldKind.DATE: "a date without quotes, such as 2026-03-31, or now()",
    FieldKind.DATETIME: "a time without quotes, such as 2026-03-31T08:00:00Z, or now() sub duration'P7D'",
    FieldKind.CHOICE: "one of its choices in single quotes",
    FieldKind.REFERENCE: "null alone; its parts are id, collection and name",
    FieldKind.OPEN: "a text, a number, a day, true or false",
}
