"""What one caller may do: how deep each operation reaches into each collection, and which fields are kept from them.

A caller's `Grants` come from their roles (libs/domain/roles.py). Everything that shows or changes records asks the
functions here, so that a list, a count, an export, a search and a live event agree on what is to be seen.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from libs.contracts.collections import CUSTOM
from libs.domain.refusals import FieldError, Forbidden, InvalidFields


class Operation(StrEnum):
    CREATE = "create"
    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    ASSIGN = "assign"


class Depth(StrEnum):
    """Whose records an operation reaches: nobody's, the caller's and their teams', also their team mates', all."""

    NONE = "none"
    OWN = "own"
    TEAM = "team"
    ALL = "all"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS: Final = {depth: rank for rank, depth in enumerate(Depth)}

_MEMBER: Final = f"{CUSTOM}/"
_SIDES: Final = {"before", "after"}

Ids = frozenset[str]
_NOBODY: Final[Ids] = frozenset()


@dataclass(frozen=True, slots=True)
class Permissions:
    """What is allowed on one collection. A custom field may be `hidden` or `read_only` by itself: `custom/vat_id`."""

    depths: Mapping[Operation, Depth] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()


_NOTHING: Final = Permissions()


@dataclass(frozen=True, slots=True)
class Grants:
    """What one caller may do; the service itself has no `user_id`. `mate_ids` are the members of their teams.

    An owner is a user or a team: what a team owns belongs to each of its members. With `everything` nothing else is
    looked at, but for what is personal.
    """

    user_id: str | None = None
    team_ids: Ids = _NOBODY
    mate_ids: Ids = _NOBODY
    collections: Mapping[str, Permissions] = field(default_factory=dict)
    everything: bool = False

    @property
    def principal_ids(self) -> Ids:
        """Whom a record is shared with where it is shared with the caller."""
        return self.team_ids | {self.user_id} if self.user_id else self.team_ids

    def on(self, collection: str) -> Permissions:
        return self.collections.get(collection, _NOTHING)


EVERYTHING: Final = Grants(everything=True)
"""The grants of what a service does by itself."""


class ShareAccess(StrEnum):
    """What whom a record is shared with may do; beyond that, as deep as their roles reach."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class RowFilter:
    """The rows that an operation reaches: owned by one of `owners`, or shared with one of `shared_with`.

    A share counts if it is for `access`; one to write is one to read as well.
    """

    owners: Ids = _NOBODY
    shared_with: Ids = _NOBODY
    access: ShareAccess = ShareAccess.READ

    def admits(self, row: Mapping[str, Any]) -> bool:
        """Whether a row with `owner_id` and `shares`, as records have them, is among them."""
        if row.get("owner_id") in self.owners:
            return True
        return any(
            share["principal_id"] in self.shared_with
            and (self.access is ShareAccess.READ or share["access"] == ShareAccess.WRITE)
            for share in row.get("shares") or ()
        )


_SHARED_FOR: Final = {Operation.READ: ShareAccess.READ, Operation.WRITE: ShareAccess.WRITE}


PERSONAL: Final = frozenset({"notifications"})
"""Collections of which everybody sees their own alone, whatever their roles say, administrators too."""


def depth_of(grants: Grants, collection: str, operation: Operation) -> Depth:
    if collection in PERSONAL and grants.user_id is not None:
        return Depth.OWN if operation is Operation.READ else Depth.NONE
    if grants.everything:
        return Depth.ALL
    return grants.on(collection).depths.get(operation, Depth.NONE)


def may(grants: Grants, collection: str, operation: Operation) -> bool:
    """Whether the caller may do this to any record of the collection at all."""
    return depth_of(grants, collection, operation) is not Depth.NONE


def row_filter(grants: Grants, collection: str, operation: Operation) -> RowFilter | None:
    """Which rows of the collection the operation reaches; None for all of them."""
    depth = depth_of(grants, collection, operation)
    if depth is Depth.ALL:
        return None
    if depth is Depth.NONE:
        return RowFilter()
    own = grants.principal_ids
    owners = own | grants.mate_ids if depth is Depth.TEAM else own
    access = _SHARED_FOR.get(operation)
    return RowFilter(owners) if access is None else RowFilter(owners, own, access)


def reaches(grants: Grants, collection: str, operation: Operation, row: Mapping[str, Any]) -> bool:
    """Whether the operation reaches this record, or a row with its `owner_id` and `shares`."""
    rows = row_filter(grants, collection, operation)
    return rows is None or rows.admits(row)


def hidden_fields(grants: Grants, collection: str) -> frozenset[str]:
    return frozenset() if grants.everything else grants.on(collection).hidden


def trimmed(record: Mapping[str, Any], grants: Grants, collection: str) -> Mapping[str, Any]:
    """A record of the collection, or anything else by its fields such as `changed`, without those that are hidden."""
    hidden = hidden_fields(grants, collection)
    if not hidden:
        return record
    shown = {name: value for name, value in record.items() if name not in hidden}
    members, custom = members_in(hidden), shown.get(CUSTOM)
    if members and isinstance(custom, Mapping):
        shown[CUSTOM] = left = _without(members, custom)
        if left.keys() == _SIDES and left["before"] == left["after"]:
            del shown[CUSTOM]  # nothing of it has changed that is to be seen
    return shown


def members_in(paths: Iterable[str]) -> frozenset[str]:
    """The custom fields among fields: `vat_id` for `custom/vat_id`."""
    return frozenset(path.removeprefix(_MEMBER) for path in paths if path.startswith(_MEMBER))


def _without(members: frozenset[str], custom: Mapping[str, Any]) -> dict[str, Any]:
    """Custom values, or those from before and after a change, without some of them."""
    return {
        name: _without(members, value) if name in _SIDES and isinstance(value, Mapping) else value
        for name, value in custom.items()
        if name not in members
    }


def trimmed_event(data: Mapping[str, Any], grants: Grants, collection: str) -> Mapping[str, Any]:
    """The `data` of an event about a record of the collection, without what is hidden."""
    if not hidden_fields(grants, collection):
        return data
    parts = {name: trimmed(data[name], grants, collection) for name in ("record", "changed") if name in data}
    return {**trimmed(data, grants, collection), **parts}


def paths_in(names: Iterable[str], custom: object) -> Iterator[str]:
    """Fields by their names, each custom field that has a value as well."""
    yield from names
    if isinstance(custom, Mapping):
        yield from (f"{_MEMBER}{name}" for name in custom)


def refuse_closed_fields(given: Iterable[str], grants: Grants, collection: str) -> None:
    """Raises `InvalidFields` for a hidden field, as for one that is not there, and `FieldReadOnly` for a closed one.

    What is `given` are fields and members of them; what closes a field closes its members.
    """
    if grants.everything:
        return
    on = grants.on(collection)
    if not on.hidden and not on.read_only:
        return
    names = sorted(given)
    if unknown := [name for name in names if not on.hidden.isdisjoint((name, name.partition("/")[0]))]:
        raise InvalidFields.at(f"/{unknown[0]}", "extra_forbidden", "not a field that can be set here")
    if closed := [name for name in names if not on.read_only.isdisjoint((name, name.partition("/")[0]))]:
        raise FieldReadOnly(closed)


def refuse_hidden(names: Iterable[str], grants: Grants, collection: str) -> None:
    """Raises `Forbidden` for figures made of fields that the caller may not see."""
    if hidden := sorted(hidden_fields(grants, collection).intersection(names)):
        raise Forbidden(f"your roles hide what this is made of: {', '.join(hidden)}", collection=collection)


class FieldReadOnly(Forbidden):
    """Fields that the caller's roles let them see and not set."""

    code = "field_read_only"

    def __init__(self, names: Iterable[str]) -> None:
        errors = [FieldError(f"/{name}", "read_only", "your roles do not allow to set this field") for name in names]
        super().__init__("your roles do not allow to set these fields", errors=errors)
