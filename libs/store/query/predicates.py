"""`$filter` to a function of one record, in JSON or as Python has it, for records that no database is asked for: those
within events, and those that are about to be written.

Nothing is declared about such a record, so a value is compared as what it is written as: a number with a number, a text
with a text, a text that is a day or a time with either. What is missing is null. As in lists, every comparison is true
or false, and null differs from every value. Lists (`any`, `all`) are not reached.
"""

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from odata_query import ast

from libs.store.query.fields import FieldKind, QueryField
from libs.store.query.language import FOLDING, Node, check_text, operands, parse, spelled
from libs.store.query.limits import MAX_LIST_ITEMS
from libs.store.query.literals import Value, term_of, value_of
from libs.store.query.refusals import Fault, located
from libs.store.query.scopes import name_of

Predicate = Callable[[Mapping[str, Any]], bool]

_ORDERS: Final[Mapping[type[Node], Callable[[Any, Any], bool]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_TEXT_FUNCTIONS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "contains": str.__contains__,
    "startswith": str.startswith,
    "endswith": str.endswith,
}


def predicate(text: str, *, now: datetime, option: str = "filter") -> Predicate:
    """Whether a record matches; a refusal (`InvalidQuery`) names the filter as `option`."""
    with located(option):
        check_text(text)
        return _compiled(parse(text.strip()), now)


def _compiled(node: Node, now: datetime) -> Predicate:
    match node:
        case ast.BoolOp():
            parts = [_compiled(part, now) for part in operands(node, type(node.op))]
            together = all if isinstance(node.op, ast.And) else any
            return lambda record: together(part(record) for part in parts)
        case ast.UnaryOp(op=ast.Not()):
            inner = _compiled(node.operand, now)
            return lambda record: not inner(record)
        case ast.Compare():
            return _compared(node, now)
        case ast.Call():
            return _called(node)
        case ast.Identifier() | ast.Attribute():
            read = _reader(node)
            return lambda record: read(record) is True
        case _:
            raise Fault("unsupported", "a condition compares a field with a value, such as name eq 'Acme'")


def _compared(node: ast.Compare, now: datetime) -> Predicate:
    if isinstance(node.left, ast.Call):
        return _folded(node)
    read = _reader(node.left)
    match node.comparator:
        case ast.In():
            wanted = [_literal(item, now) for item in _items(node.right)]
            return lambda record: any(_same(read(record), value) for value in wanted)
        case ast.Eq():
            value = _literal(node.right, now)
            return lambda record: _same(read(record), value)
        case ast.NotEq():
            value = _literal(node.right, now)
            return lambda record: not _same(read(record), value)
        case comparator:
            return _ordered(read, _ORDERS[type(comparator)], _literal(node.right, now))


def _ordered(read: Callable[[Mapping[str, Any]], Any], before: Callable[[Any, Any], bool], value: Value) -> Predicate:
    if value is None or isinstance(value, bool):
        raise Fault("wrong_type", "null, true and false are compared by eq and ne only")

    def compare(record: Mapping[str, Any]) -> bool:
        found = _as(value, read(record))
        return found is not None and before(found, value)

    return compare


def _folded(node: ast.Compare) -> Predicate:
    """`tolower(field) eq 'text'`: case does not count."""
    read, term = _text_reader(node.left), term_of(node.right).lower()
    match node.comparator:
        case ast.Eq():
            return lambda record: read(record) == term
        case ast.NotEq():
            return lambda record: read(record) != term
        case _:
            raise Fault("unsupported", "tolower and toupper are compared by eq and ne only")


def _called(node: ast.Call) -> Predicate:
    function = _TEXT_FUNCTIONS.get(spelled(node.func))
    if function is None:
        supported = ", ".join(sorted(_TEXT_FUNCTIONS))
        raise Fault("unknown_function", f"{spelled(node.func)} is no condition; these functions are: {supported}")
    subject, term = node.args[0], term_of(node.args[1])
    read = _text_reader(subject)
    if isinstance(subject, ast.Call):
        term = term.lower()

    def look(record: Mapping[str, Any]) -> bool:
        found = read(record)
        return found is not None and function(found, term)

    return look


def _text_reader(node: Node) -> Callable[[Mapping[str, Any]], str | None]:
    """Reads a text, in small letters where the node is `tolower(…)` or `toupper(…)`; None where there is none."""
    folded = isinstance(node, ast.Call)
    if isinstance(node, ast.Call):
        if spelled(node.func) not in FOLDING:
            raise Fault("unknown_function", f"{spelled(node.func)} does not stand here")
        node = node.args[0]
    read = _reader(node)

    def text(record: Mapping[str, Any]) -> str | None:
        found = read(record)
        if not isinstance(found, str):
            return None
        return found.lower() if folded else found

    return text


def _reader(node: Node) -> Callable[[Mapping[str, Any]], Any]:
    """Reads the field that the node names: `customer/id` is within `customer`."""
    name = name_of(node)
    if name is None:
        raise Fault("unsupported", "a comparison begins with a field, such as name eq 'Acme'")
    first, *rest = name.split("/")
    if not rest:
        return lambda record: record.get(first)

    def read(record: Mapping[str, Any]) -> Any:
        found = record.get(first)
        for part in rest:
            found = found.get(part) if isinstance(found, Mapping) else None
        return found

    return read


def _items(node: Node) -> list[Node]:
    items: list[Node] = list(node.val) if isinstance(node, ast.List) else []
    if len(items) > MAX_LIST_ITEMS:
        raise Fault("too_complex", f"at most {MAX_LIST_ITEMS} values after 'in'")
    return items


def _literal(node: Node, now: datetime) -> Value:
    """A text, a `Decimal`, a boolean, a point in time (a day is its midnight in UTC), or null."""
    match node:
        case ast.Null():
            return None
        case ast.String():
            kind = FieldKind.TEXT
        case ast.GUID():
            kind = FieldKind.ID
        case ast.Integer() | ast.Float():
            kind = FieldKind.MONEY
        case ast.Boolean():
            kind = FieldKind.BOOLEAN
        case _:
            kind = FieldKind.DATETIME
    return value_of(node, QueryField("the field", kind, sortable=False, searchable=False), now)


def _same(found: Any, value: Value) -> bool:
    return found is None if value is None else _as(value, found) == value


def _as(value: Value, found: Any) -> Any:
    """What was found in the form that compares with the value; None where it is of another kind."""
    match value:
        case bool():
            return found if isinstance(found, bool) else None
        case Decimal():
            return _number(found)
        case datetime():
            return _moment(found)
        case _:
            return found if isinstance(found, str) else None


def _number(found: Any) -> int | Decimal | None:
    if isinstance(found, float):  # as it is written, not as near as the machine has it
        return Decimal(str(found))
    return found if isinstance(found, int | Decimal) and not isinstance(found, bool) else None


def _moment(found: Any) -> datetime | None:
    if isinstance(found, datetime):
        return found
    try:
        moment = datetime.fromisoformat(found)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
