"""`$filter` to a MongoDB filter: a walk over the syntax tree.

Every comparison is true or false, never unknown, so `not` is the plain complement: each record matches either
a filter or its `not`.
"""

from datetime import datetime
from typing import Any

from odata_query import ast

from libs.store.query.conditions import condition
from libs.store.query.elements import all_values, any_value
from libs.store.query.fields import QueryField, QueryFields
from libs.store.query.language import Node, check_text, operands, parse, spelled
from libs.store.query.refusals import Fault, located
from libs.store.query.scopes import ElementScope, RecordScope, Scope, name_of

MongoFilter = dict[str, Any]


def compile_filter(text: str, fields: QueryFields, *, now: datetime, option: str = "$filter") -> MongoFilter:
    """The MongoDB filter of an OData filter; a refusal (`InvalidQuery`) names it as `option`."""
    with located(option):
        check_text(text)
        return filter_of(text.strip(), fields, now)


def filter_of(text: str, fields: QueryFields, now: datetime) -> MongoFilter:
    """As `compile_filter`, for a caller that knows what a `Fault` is about."""
    return _compiled(parse(text), RecordScope(fields), now)


def _compiled(node: Node, scope: Scope, now: datetime) -> MongoFilter:
    match node:
        case ast.BoolOp():
            name = "$and" if isinstance(node.op, ast.And) else "$or"
            return {name: [_compiled(part, scope, now) for part in operands(node, type(node.op))]}
        case ast.UnaryOp(op=ast.Not()):
            return {"$nor": [_compiled(node.operand, scope, now)]}
        case ast.CollectionLambda():
            return _list_condition(node, scope, now)
        case _:
            return condition(node, scope, now).filter


def _list_condition(node: ast.CollectionLambda, scope: Scope, now: datetime) -> MongoFilter:
    name = name_of(node.owner) or ""
    if not isinstance(scope, RecordScope):
        raise Fault("unsupported", "any() and all() do not stand inside each other")
    owner = scope.resolve_list(name).field
    if not owner.kind.is_list:
        raise Fault("wrong_type", f"{name} is not a list: compare it without any() and all()")
    if node.lambda_ is None:
        return {f"{owner.path}.0": {"$exists": True}}
    element = ElementScope(scope.fields, owner, spelled(node.lambda_.identifier))
    quantifier = _any if isinstance(node.operator, ast.Any) else _all
    return quantifier(node.lambda_.expression, element, owner, now)


def _any(body: Node, element: ElementScope, owner: QueryField, now: datetime) -> MongoFilter:
    if owner.kind.holds_values:
        return any_value(body, element, now)
    return {owner.path: {"$elemMatch": _compiled(body, element, now)}}


def _all(body: Node, element: ElementScope, owner: QueryField, now: datetime) -> MongoFilter:
    if owner.kind.holds_values:
        return all_values(body, element, now)
    return {owner.path: {"$not": {"$elemMatch": {"$nor": [_compiled(body, element, now)]}}}}
