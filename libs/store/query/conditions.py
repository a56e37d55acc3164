"""The leaves of a filter: one comparison, one text function, or a yes-or-no field by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from odata_query import ast

from libs.store.query.fields import FieldKind
from libs.store.query.language import FOLDING, Node, spelled
from libs.store.query.operators import TEXT_FUNCTIONS, Operators, comparison, folded_comparison, text_match
from libs.store.query.refusals import Fault
from libs.store.query.scopes import Scope, name_of

_MIRRORED: Final[Mapping[type[Node], Node]] = {
    ast.Eq: ast.Eq(),
    ast.NotEq: ast.NotEq(),
    ast.Lt: ast.Gt(),
    ast.LtE: ast.GtE(),
    ast.Gt: ast.Lt(),
    ast.GtE: ast.LtE(),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold at a path; the path is empty for the element of a list itself."""

    path: str
    operators: Operators

    @property
    def filter(self) -> dict[str, Any]:
        return {self.path: self.operators}


class _Subject(NamedTuple):
    """The field that a condition is about; `folded` where case does not count."""

    name: str
    folded: bool


def condition(node: Node, scope: Scope, now: datetime) -> Condition:
    """Compile a leaf."""
    match node:
        case ast.Compare():
            return _compared(node, scope, now)
        case ast.Call():
            return _called(node, scope)
        case ast.Identifier() | ast.Attribute():
            return _yes(node, scope)
        case ast.UnaryOp(op=ast.Not()) | ast.BoolOp() | ast.CollectionLambda():
            raise Fault("unsupported", "this place takes one comparison only")
        case _:
            raise Fault("unsupported", "a condition compares a field with a value, such as name eq 'Acme'")


def _compared(node: ast.Compare, scope: Scope, now: datetime) -> Condition:
    operator: Node = node.comparator
    subject, literal = node.left, node.right
    if _subject(subject) is None and _subject(literal) is not None and not isinstance(operator, ast.In):
        operator, subject, literal = _MIRRORED[type(operator)], literal, subject
    found = _subject(subject)
    if found is None:
        raise _no_subject(subject)
    if name_of(literal) is not None:
        raise Fault("unsupported", "a field is compared with a value, not with another field")
    target = scope.resolve(found.name)
    if found.folded:
        return Condition(target.path, folded_comparison(operator, literal, target.field))
    return Condition(target.path, comparison(operator, literal, target.field, now))


def _called(node: ast.Call, scope: Scope) -> Condition:
    function = spelled(node.func)
    if function not in TEXT_FUNCTIONS:
        supported = ", ".join(sorted(TEXT_FUNCTIONS))
        raise Fault("unknown_function", f"{function} is no condition; these functions are: {supported}")
    found = _subject(node.args[0])
    if found is None:
        raise Fault("unsupported", f"{function} looks into a field, as in {function}(name, 'Acme')")
    target = scope.resolve(found.name)
    return Condition(target.path, text_match(function, node.args[1], target.field, fold=found.folded))


def _yes(node: Node, scope: Scope) -> Condition:
    target = scope.resolve(name_of(node) or "")
    if target.field.kind is not FieldKind.BOOLEAN:
        raise Fault("wrong_type", f"{target.field.name} alone is not true or false: compare it with a value")
    return Condition(target.path, {"$eq": True})


def _subject(node: Node) -> _Subject | None:
    folded = isinstance(node, ast.Call) and spelled(node.func) in FOLDING
    name = name_of(node.args[0] if isinstance(node, ast.Call) and folded else node)
    return None if name is None else _Subject(name, folded)


def _no_subject(node: Node) -> Fault:
    match node:
        case ast.UnaryOp(op=ast.Not()):
            return Fault("unsupported", "what follows 'not' stands in brackets: not (name eq 'Acme')")
        case ast.Call():
            return Fault("unknown_function", f"{spelled(node.func)} does not stand beside a comparison")
        case _:
            return Fault("unsupported", "a comparison is about a field, such as name eq 'Acme'")
