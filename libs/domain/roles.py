"""What a role says, and what several of them together allow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from libs.domain.copied import with_copies_hidden
from libs.domain.grants import Depth, Grants, Ids, Operation, Permissions

ADMINISTRATOR: Final = "administrator"
"""Who has this role may do everything, on collections that no role names as well."""


class FieldAccess(StrEnum):
    HIDDEN = "hidden"
    READ_ONLY = "read_only"


@dataclass(frozen=True, slots=True)
class RoleTerms:
    """Collection → operation → how deep, and collection → field → what is kept from whoever has the role."""

    permissions: Mapping[str, Mapping[Operation, Depth]] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, FieldAccess]] = field(default_factory=dict)

    def opens(self, collection: str) -> bool:
        """Whether the role allows anything on the collection."""
        return any(depth is not Depth.NONE for depth in self.permissions.get(collection, {}).values())


def combined(
    terms: Iterable[RoleTerms], *, user_id: str | None, team_ids: Ids = frozenset(), mate_ids: Ids = frozenset()
) -> Grants:
    """The grants of whoever has all these roles: of each operation the greatest depth, of each field the most open."""
    held = list(terms)
    collections = {name for each in held for name in each.permissions}
    permissions = {name: _together([each for each in held if each.opens(name)], name) for name in collections}
    return Grants(user_id, team_ids, mate_ids, with_copies_hidden(permissions))


def administering(user_id: str | None, team_ids: Ids = frozenset()) -> Grants:
    return Grants(user_id, team_ids, everything=True)


def _together(held: list[RoleTerms], collection: str) -> Permissions:
    if not held:
        return Permissions()
    depths: dict[Operation, Depth] = {}
    for each in held:
        for operation, depth in each.permissions[collection].items():
            depths[operation] = max(depth, depths.get(operation, Depth.NONE), key=lambda depth: depth.rank)
    kept = [each.fields.get(collection, {}) for each in held]
    names = {name for fields in kept for name in fields}
    hidden = {name for name in names if all(FieldAccess.HIDDEN in _accesses(fields, name) for fields in kept)}
    closed = {name for name in names if all(_accesses(fields, name) for fields in kept)}
    return Permissions(depths, frozenset(hidden), frozenset(closed - hidden))


def _accesses(fields: Mapping[str, FieldAccess], name: str) -> set[FieldAccess]:
    """What a role keeps of the field: all of it, or the one of which it is a member."""
    return {fields[each] for each in (name, name.partition("/")[0]) if each in fields}
