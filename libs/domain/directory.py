"""What every service knows of roles, teams and users: from the identity service's document, and from its events."""

from functools import cached_property
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from libs.domain.grants import Depth, Operation
from libs.domain.roles import FieldAccess, RoleTerms

_ACTIVE: Final = "active"
_OPERATIONS: Final = frozenset(map(str, Operation))
_DEPTHS: Final = frozenset(map(str, Depth))
_ACCESSES: Final = {access.value: access for access in FieldAccess}


def _known(operation: str, depth: str) -> bool:
    return operation in _OPERATIONS and depth in _DEPTHS


class Entry(BaseModel):
    """A record of identity, at one version, without what decides nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    version: int
    state: str = _ACTIVE

    @property
    def active(self) -> bool:
        return self.state == _ACTIVE


class RoleEntry(Entry):
    """What a newer release says beyond what is known here opens nothing."""

    permissions: dict[str, dict[str, str]] = Field(default_factory=dict)
    fields_: dict[str, dict[str, str]] = Field(default_factory=dict, alias="fields")

    @cached_property
    def terms(self) -> RoleTerms:
        if not self.active:
            return RoleTerms()
        return RoleTerms(
            {
                collection: {Operation(name): Depth(depth) for name, depth in allowed.items() if _known(name, depth)}
                for collection, allowed in self.permissions.items()
            },
            {
                collection: {name: _ACCESSES.get(access, FieldAccess.HIDDEN) for name, access in fields.items()}
                for collection, fields in self.fields_.items()
            },
        )


class TeamEntry(Entry):
    member_ids: frozenset[str] = frozenset()


class UserEntry(Entry):
    roles: tuple[str, ...] = ()


class DirectoryDocument(BaseModel):
    """The whole of it, as the identity service answers it to the other services."""

    roles: list[RoleEntry] = []
    teams: list[TeamEntry] = []
    users: list[UserEntry] = []
