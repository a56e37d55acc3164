"""Which fields a name can mean: of the record, or inside any() and all() of one element of a list."""

from dataclasses import dataclass, replace
from typing import Protocol

from odata_query import ast

from libs.store.query.fields import FieldKind, QueryField, QueryFields, enclosing_list, filterable, require
from libs.store.query.language import Node, spelled
from libs.store.query.refusals import Fault


@dataclass(frozen=True, slots=True)
class Target:
    """A field, and its path from where the scope stands; empty for the element itself."""

    path: str
    field: QueryField


class Scope(Protocol):
    def resolve(self, name: str) -> Target: ...


@dataclass(frozen=True, slots=True)
class RecordScope:
    fields: QueryFields

    def resolve(self, name: str) -> Target:
        target = self.resolve_list(name)
        if target.field.kind.is_list:
            raise Fault("wrong_type", f"{name} is a list: write {name}/any(x: …)")
        if target.field.kind is FieldKind.OPEN and name in self.fields:
            raise Fault("wrong_type", f"{name} has parts: compare one of them, as in {name}/…")
        return target

    def resolve_list(self, name: str) -> Target:
        """As `resolve`, also for a list as a whole."""
        field = require(self.fields, name, filterable)
        owner = enclosing_list(self.fields, name)
        if owner is not None:
            rest = name.removeprefix(f"{owner.name}/")
            raise Fault("wrong_type", f"{owner.name} is a list: write {owner.name}/any(x: x/{rest} …)")
        return Target(field.path, field)


@dataclass(frozen=True, slots=True)
class ElementScope:
    """One element of `owner`, called `variable` in the filter."""

    fields: QueryFields
    owner: QueryField
    variable: str

    def resolve(self, name: str) -> Target:
        variable, _, rest = name.partition("/")
        if variable != self.variable:
            detail = f"inside any() and all() every name begins with {self.variable!r}; {name!r} does not"
            raise Fault("unsupported", detail)
        if rest:
            field = require(self.fields, f"{self.owner.name}/{rest}", filterable)
            if field.kind.is_list:
                raise Fault("unsupported", f"{field.name} is a list inside a list, which filters do not reach")
            return Target(rest.replace("/", "."), field)
        if self.owner.kind.element is None:
            raise Fault("wrong_type", f"{name} has parts: compare one of them, as in {name}/…")
        return Target("", replace(self.owner, name=name, kind=self.owner.kind.element))


def name_of(node: Node) -> str | None:
    """The path that a node spells, as on the wire, or `None` if it is something else than a name."""
    match node:
        case ast.Identifier():
            return spelled(node)
        case ast.Attribute():
            owner = name_of(node.owner)
            return None if owner is None else f"{owner}/{node.attr}"
        case _:
            return None
