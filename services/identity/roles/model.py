"""The role: what whoever has it may do, in collections of all services."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final

from pydantic import Field

from libs.contracts.collections import FIELDS, CollectionName, has_field
from libs.contracts.identity import DefaultRole, RoleActivated, RoleDeactivated
from libs.contracts.values import Value
from libs.domain import lifecycle
from libs.domain.fields import INDEXED, SEARCHED, Line, Text
from libs.domain.grants import Depth, Operation
from libs.domain.record import Record
from libs.domain.refusals import FieldError, InvalidFields, Refusal, pointer_of
from libs.domain.roles import FieldAccess

DESCRIPTIONS: Final[Mapping[DefaultRole, str]] = {
    DefaultRole.ADMINISTRATOR: "Does everything, and lets others in.",
    DefaultRole.SALES_MANAGER: "Runs sales: all leads, opportunities and customers, and who works on them.",
    DefaultRole.SALESPERSON: "Works on leads, opportunities and customers.",
    DefaultRole.MARKETER: "Runs campaigns and marketing lists.",
    DefaultRole.SERVICE_REPRESENTATIVE: "Works on cases.",
    DefaultRole.READ_ONLY: "Sees, and changes nothing.",
}

ALWAYS_SHOWN: Final = frozenset({"id", "version", "type", "owner_id", "shares"})
"""Fields that tell records apart, or who may see them."""

FieldName = Annotated[str, Field(pattern=r"^(custom/)?[a-z][a-z0-9_]{0,60}$")]


class AdministratorIsFixed(Refusal):
    """Whoever administers must not be able to lock everybody out."""

    code = "administrator_is_fixed"

    def __init__(self) -> None:
        super().__init__("The administrator may do everything; that cannot be changed.")


class Allowed(Value):
    """How deep each operation reaches in one collection."""

    create: Depth = Depth.NONE
    read: Depth = Depth.NONE
    write: Depth = Depth.NONE
    delete: Depth = Depth.NONE
    assign: Depth = Depth.NONE

    @classmethod
    def everywhere(cls, operations: frozenset[Operation]) -> "Allowed":
        return cls.model_validate(dict.fromkeys(map(str, operations), Depth.ALL))


class Role(Record, collection="roles", aggregate="identity.role"):
    """A collection that `permissions` does not name is closed. A field that `fields` does not name is open.

    `custom` is all custom fields of a collection, `custom/vat_id` one of them.
    """

    name: Annotated[Line, INDEXED, SEARCHED]
    description: Text | None = None
    permissions: dict[CollectionName, Allowed] = Field(default_factory=dict, max_length=200)
    fields: dict[CollectionName, dict[FieldName, FieldAccess]] = Field(default_factory=dict, max_length=200)


CustomNames = Mapping[str, frozenset[str]]
"""Collection → the custom fields of its records."""


def require_sound(role: Role, custom: CustomNames, *, before: Role | None = None) -> Role:
    """The role itself; raises `InvalidFields` for what it cannot say of collections and their fields.

    What it said `before` it may go on saying, though a later release has no such field.
    """
    known = set(_names(before)) if before else set()
    if errors := [*_astray(role, custom, known), *_never_closed(role)]:
        raise InvalidFields("the role names what is not there, or cannot be closed", errors=errors)
    return role


Names = tuple[str, ...]
"""Where something stands in a role: `permissions` and a collection; or `fields`, a collection and a field."""


def _names(role: Role) -> Iterator[Names]:
    yield from (("permissions", collection) for collection in role.permissions)
    yield from (("fields", collection, name) for collection, fields in role.fields.items() for name in fields)


def _astray(role: Role, custom: CustomNames, known: set[Names]) -> Iterator[FieldError]:
    """A name that is misspelled would keep nothing from anybody."""
    for names in _names(role):
        match names:
            case _ if names in known:
                continue
            case ("permissions", collection) if collection not in FIELDS:
                yield FieldError(pointer_of(names), "unknown_collection", f"there is no collection {collection}")
            case ("fields", collection, name) if not has_field(collection, name, custom.get(collection, frozenset())):
                yield FieldError(pointer_of(names), "unknown_field", f"{collection} have no {name}")


def _never_closed(role: Role) -> Iterator[FieldError]:
    for collection, fields in role.fields.items():
        for name in sorted(ALWAYS_SHOWN & fields.keys()):
            yield FieldError(pointer_of(("fields", collection, name)), "always_shown", f"{name} cannot be closed")


def change(current: Role, wanted: Role, custom: CustomNames) -> Role:
    """A role with other terms.

    One that every installation has still names what it is closed to: what it does not name is added at the next start,
    as a new release may bring collections.
    """
    if current.id == DefaultRole.ADMINISTRATOR and (wanted.permissions or wanted.fields):
        raise AdministratorIsFixed
    require_sound(wanted, custom, before=current)
    if current.id not in DESCRIPTIONS:
        return wanted
    return wanted.evolve(permissions={**dict.fromkeys(current.permissions, Allowed()), **wanted.permissions})


def deactivate(role: Role) -> tuple[Role, RoleDeactivated]:
    """A role that allows nothing for now."""
    if role.id == DefaultRole.ADMINISTRATOR:
        raise AdministratorIsFixed
    return lifecycle.deactivate(role), RoleDeactivated()


def activate(role: Role) -> tuple[Role, RoleActivated]:
    return lifecycle.activate(role), RoleActivated()
