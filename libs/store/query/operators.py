"""One comparison or text function to the MongoDB operators that stand behind a path: `{"$gt": 5}`.

A field that is null or absent equals null, differs from every other value, and is before or after none.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from odata_query import ast

from libs.store.query.fields import FieldKind, QueryField
from libs.store.query.language import Node
from libs.store.query.limits import MAX_LIST_ITEMS
from libs.store.query.literals import Value, term_of, value_of
from libs.store.query.refusals import Fault

Operators = dict[str, Any]

TEXT_KINDS: Final = frozenset({FieldKind.TEXT, FieldKind.EMAIL, FieldKind.ID, FieldKind.CHOICE, FieldKind.OPEN})
_UNORDERED: Final = frozenset({FieldKind.BOOLEAN, FieldKind.CHOICE, FieldKind.REFERENCE})

_NAMES: Final[Mapping[type[Node], str]] = {
    ast.Eq: "$eq",
    ast.NotEq: "$ne",
    ast.Lt: "$lt",
    ast.LtE: "$lte",
    ast.Gt: "$gt",
    ast.GtE: "$gte",
    ast.In: "$in",
}

# `\z` is the very end, where `$` would also stop before a last line break.
_PATTERNS: Final[Mapping[str, str]] = {"contains": "{}", "startswith": "^{}", "endswith": r"{}\z"}

TEXT_FUNCTIONS: Final = frozenset(_PATTERNS)


def comparison(operator: Node, literal: Node, field: QueryField, now: datetime) -> Operators:
    """`field operator literal`."""
    name = _NAMES[type(operator)]
    if name == "$in":
        return {name: _items(literal, field, now)}
    value = value_of(literal, field, now)
    if name not in ("$eq", "$ne"):
        _require_order(field, value)
    return {name: value}


def folded_comparison(operator: Node, literal: Node, field: QueryField) -> Operators:
    """`tolower(field) operator literal`: equality in which case does not count."""
    _require_text(field)
    same = text_pattern(f"^{re.escape(term_of(literal))}\\z", fold=field.kind is not FieldKind.EMAIL)
    match operator:
        case ast.Eq():
            return same
        case ast.NotEq():
            return {"$not": same}
        case _:
            raise Fault("unsupported", "tolower and toupper are compared by eq and ne only")


def text_match(function: str, literal: Node, field: QueryField, *, fold: bool) -> Operators:
    """`contains(field, literal)` and its kind; `fold` where case does not count."""
    _require_text(field)
    term = term_of(literal)
    if field.kind is FieldKind.EMAIL:
        term, fold = term.lower(), False
    return text_pattern(_PATTERNS[function].format(re.escape(term)), fold=fold)


def text_pattern(pattern: str, *, fold: bool) -> Operators:
    """A regular expression whose literal parts are escaped already."""
    return {"$regex": pattern, "$options": "i"} if fold else {"$regex": pattern}


def _items(literal: Node, field: QueryField, now: datetime) -> list[Value]:
    items = literal.val if isinstance(literal, ast.List) else []
    if len(items) > MAX_LIST_ITEMS:
        raise Fault("too_complex", f"at most {MAX_LIST_ITEMS} values after 'in'")
    return [value_of(item, field, now) for item in items]


def _require_order(field: QueryField, value: Value) -> None:
    if value is None:
        raise Fault("wrong_type", "null is compared by eq and ne only")
    if field.kind in _UNORDERED:
        raise Fault("wrong_type", f"{field.name} has no order: compare it by eq, ne or in")


def _require_text(field: QueryField) -> None:
    if field.kind not in TEXT_KINDS:
        raise Fault("wrong_type", f"{field.name} is no text, so text functions do not apply to it")
