"""any() and all() over lists of plain values: `tags/any(t: t eq 'vip')`.

MongoDB asks one element of such a list by operators alone, without `$or` between them. So any() is taken
apart at its `or`s and all() at its `and`s; what remains must fit into one set of operators.
"""

from datetime import datetime

from odata_query import ast

from libs.store.query.conditions import condition
from libs.store.query.language import Node, operands
from libs.store.query.operators import Operators
from libs.store.query.refusals import Fault
from libs.store.query.scopes import ElementScope


def any_value(body: Node, scope: ElementScope, now: datetime) -> dict[str, object]:
    """Some element matches."""
    parts = operands(body, ast.Or)
    if len(parts) > 1:
        return {"$or": [any_value(part, scope, now) for part in parts]}
    return {scope.owner.path: {"$elemMatch": _joined(body, scope, now)}}


def all_values(body: Node, scope: ElementScope, now: datetime) -> dict[str, object]:
    """No element fails to match."""
    parts = operands(body, ast.And)
    if len(parts) > 1:
        return {"$and": [all_values(part, scope, now) for part in parts]}
    return {scope.owner.path: {"$not": {"$elemMatch": {"$not": _joined(body, scope, now)}}}}


def _joined(body: Node, scope: ElementScope, now: datetime) -> Operators:
    joined: Operators = {}
    for part in operands(body, ast.And):
        operators = _single(part, scope, now)
        if joined.keys() & operators.keys():
            raise Fault("unsupported", f"{scope.owner.name} holds plain values: give each its own any() or all()")
        joined |= operators
    return joined


def _single(node: Node, scope: ElementScope, now: datetime) -> Operators:
    match node:
        case ast.UnaryOp(op=ast.Not()):
            return {"$not": _joined(node.operand, scope, now)}
        case ast.BoolOp(op=ast.And()):
            return _joined(node, scope, now)
        case ast.BoolOp(op=ast.Or()):
            raise Fault("unsupported", f"{scope.owner.name} holds plain values: write 'in', not 'or'")
        case _:
            return condition(node, scope, now).operators
