"""Roles of every depth, whose records there are, and what each role is to do with each: written down, not computed."""

from collections.abc import Mapping
from typing import Any, Final

from libs.contracts.collections import FIELDS
from libs.domain.directory import DirectoryDocument, RoleEntry, TeamEntry, UserEntry
from tests.support.services import COLLEAGUE, default_directory

READER: Final = "ana"
OPERATIONS: Final = ("create", "read", "write", "delete", "assign")

DEPTHS: Final[Mapping[str, Mapping[str, str]]] = {
    "nobody": {},
    "own": dict.fromkeys(OPERATIONS, "own"),
    "team": dict.fromkeys(OPERATIONS, "team"),
    "all": dict.fromkeys(OPERATIONS, "all"),
    "looks": {"read": "all"},
    "sees_team_changes_own": {**dict.fromkeys(OPERATIONS, "own"), "read": "team"},
    "sees_all_changes_team": {**dict.fromkeys(OPERATIONS, "team"), "read": "all"},
}
"""Role → operation → depth, in whichever collection is asked."""

BLIND: Final = "blind"
"""This role may do everything, and sees no field that can be hidden."""

ALWAYS_SHOWN: Final = frozenset({"id", "version", "type", "owner_id", "shares"})

Row = dict[str, Any]

ROWS: Final[Mapping[str, Row]] = {
    "own": {"owner_id": READER},
    "own_teams": {"owner_id": "north"},
    "mates": {"owner_id": "rui"},
    "others": {"owner_id": "eva"},
    "others_teams": {"owner_id": "south"},
    "nobodys": {"owner_id": None},
    "shared_to_read": {"owner_id": "eva", "shares": [{"principal_id": READER, "kind": "user", "access": "read"}]},
    "shared_to_write": {"owner_id": "eva", "shares": [{"principal_id": "north", "kind": "team", "access": "write"}]},
    "shared_with_a_mate": {"owner_id": "eva", "shares": [{"principal_id": "rui", "kind": "user", "access": "write"}]},
}
MISSING: Final = "missing"

REACHED: Final[Mapping[str, frozenset[str]]] = {
    "own": frozenset({"own", "own_teams"}),
    "team": frozenset({"own", "own_teams", "mates"}),
    "all": frozenset(ROWS),
}
SHARED: Final = frozenset({"shared_to_read", "shared_to_write"})

DONE: Final = 200
"""Stands for whatever follows once permissions have been passed."""


def seen(role: str) -> frozenset[str]:
    """The rows that a list of this role holds."""
    depth = DEPTHS[role].get("read")
    return REACHED[depth] | SHARED if depth else frozenset()


def expected(role: str, operation: str, row: str) -> int:
    """403 where the role never does this, 404 for what it does not see, 403 for what it sees and must not do."""
    depth = DEPTHS[role].get(operation)
    if depth is None:
        return 403
    if row not in seen(role):
        return 404
    shared = operation == "write" and row == "shared_to_write"
    return DONE if operation in {"read", "create"} or row in REACHED[depth] or shared else 403


def hideable(collection: str) -> list[str]:
    return sorted(name for name in FIELDS[collection] - ALWAYS_SHOWN if "/" not in name)


def directory_for(collections: set[str]) -> DirectoryDocument:
    """The roles above in all these collections, and the teams north (Ana, Rui) and south (Eva)."""
    roles = [
        RoleEntry(id=name, version=1, permissions={collection: dict(depths) for collection in collections})
        for name, depths in DEPTHS.items()
    ]
    hidden = {collection: dict.fromkeys(hideable(collection), "hidden") for collection in collections}
    everywhere = {collection: dict(DEPTHS["all"]) for collection in collections}
    roles.append(RoleEntry(id=BLIND, version=1, permissions=everywhere, fields=hidden))
    teams = [
        TeamEntry(id="north", version=1, member_ids=frozenset({READER, "rui"})),
        TeamEntry(id="south", version=1, member_ids=frozenset({"eva"})),
    ]
    users = [UserEntry(id=COLLEAGUE, version=1)]
    return DirectoryDocument(roles=[*default_directory().roles, *roles], teams=teams, users=users)
