"""What every service knows of identity's records that decide elsewhere: by one document, and by their events."""

from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from libs.contracts.duplicate_rules import DuplicateCondition, Reaction
from libs.domain.custom_fields import FieldTerms, FieldType
from libs.domain.duplicates import DuplicateRule
from libs.domain.grants import Depth, Operation
from libs.domain.roles import FieldAccess, RoleTerms

_ACTIVE: Final = "active"
_OPERATIONS: Final = frozenset(map(str, Operation))
_DEPTHS: Final = frozenset(map(str, Depth))
_FIELD_TYPES: Final = frozenset(map(str, FieldType))
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
    username: str = ""
    roles: tuple[str, ...] = ()


class CustomFieldEntry(Entry):
    TERMS: ClassVar = ("of", "name", "type", "label", "required", "choices", "refers_to", "minimum", "maximum")

    of: str
    name: str
    type: str
    label: str
    required: bool = False
    choices: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    @property
    def terms(self) -> FieldTerms | None:
        """None for a type that only a newer release knows."""
        if self.type not in _FIELD_TYPES:
            return None
        return FieldTerms(
            self.name,
            FieldType(self.type),
            self.label,
            required=self.required,
            choices=self.choices,
            refers_to=self.refers_to,
            minimum=self.minimum,
            maximum=self.maximum,
        )


class DuplicateRuleEntry(Entry):
    """`conditions` are read when they are asked for, as a newer release may know further ones."""

    TERMS: ClassVar = ("of", "name", "conditions", "on_create", "on_update", "overridable")

    of: str
    name: str
    conditions: tuple[dict[str, Any], ...]
    on_create: Reaction
    on_update: Reaction
    overridable: bool = True

    @property
    def terms(self) -> DuplicateRule | None:
        """None for a rule that only a newer release can read."""
        try:
            conditions = tuple(DuplicateCondition.model_validate(each) for each in self.conditions)
        except ValidationError:
            return None
        return DuplicateRule(self.id, self.name, conditions, self.on_create, self.on_update, self.overridable)


class DirectoryDocument(BaseModel):
    """The whole of it, as the identity service answers it to the other services."""

    roles: list[RoleEntry] = []
    teams: list[TeamEntry] = []
    users: list[UserEntry] = []
    custom_fields: list[CustomFieldEntry] = []
    duplicate_rules: list[DuplicateRuleEntry] = []
