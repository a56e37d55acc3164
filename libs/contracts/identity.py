"""What the identity service announces: people, their sign-ins and their keys. Never a secret, never a hash."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field

from libs.contracts.event import Event, Searchable, Snapshot
from libs.contracts.values import Money, Value


class DefaultRole(StrEnum):
    """The ids of the roles that every installation has; administrators add others, whose ids are made up."""

    ADMINISTRATOR = "administrator"
    SALES_MANAGER = "sales_manager"
    SALESPERSON = "salesperson"
    MARKETER = "marketer"
    SERVICE_REPRESENTATIVE = "service_representative"
    READ_ONLY = "read_only"


class UserState(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"


class EndReason(StrEnum):
    """Why a sign-in or an API key stopped working before its time."""

    SIGNED_OUT = "signed_out"
    REVOKED = "revoked"
    TOKEN_REUSED = "token_reused"  # noqa: S105 - a reason
    PASSWORD_SET = "password_set"  # noqa: S105 - a reason
    ROLES_REDUCED = "roles_reduced"
    USER_DEACTIVATED = "user_deactivated"


class Likeness(StrEnum):
    """How the values of two records are compared; a released one keeps its meaning."""

    EXACT = "exact"
    FOLDED = "folded"
    """Without case, accents, punctuation and extra blanks."""
    EMAIL = "email"
    PHONE = "phone"
    """In E.164."""
    SIMILAR = "similar"
    """Words in any order, some letters amiss."""


class Reaction(StrEnum):
    """What becomes of a write that makes a record like another."""

    IGNORE = "ignore"
    WARN = "warn"
    REFUSE = "refuse"


FieldPath = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,60}(/[a-z][a-z0-9_]{0,60})?$")]
"""A field of a record, or a member of one: `email`, `address/city`, `custom/vat_id`."""


class DuplicateCondition(Value):
    """Holds where any value of the `fields` of one record is like any of another's; never where either has none.

    `at_least` is for similar values: 1 asks for the same letters, 0.8 lets about one of five be amiss.
    """

    fields: Annotated[tuple[FieldPath, ...], Field(min_length=1, max_length=5)]
    match: Likeness
    at_least: Annotated[float, Field(ge=0.5, le=1)] | None = None


class UserSnapshot(Snapshot):
    searchable: ClassVar = Searchable("users", title=("name", "username"), subtitle=("email",))

    username: str
    name: str
    email: str | None = None
    roles: tuple[str, ...] = ()
    state: UserState


class RoleSnapshot(Snapshot):
    """Collection → operation → none, own, team or all; and collection → field → hidden or read_only."""

    name: str
    state: str
    permissions: dict[str, Any] = Field(default_factory=dict)
    fields: dict[str, Any] = Field(default_factory=dict)


class TeamSnapshot(Snapshot):
    searchable: ClassVar = Searchable("teams", title=("name",))

    name: str
    state: str
    member_ids: tuple[str, ...] = ()


class CustomFieldSnapshot(Snapshot):
    """A field that records of the collection `of` have in their `custom`, under `name`."""

    of: str
    name: str
    type: str
    label: str
    state: str
    required: bool = False
    choices: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()
    minimum: Money | None = None
    maximum: Money | None = None


class DuplicateRuleSnapshot(Snapshot):
    """Records of the collection `of` are duplicates by this rule where all its conditions hold."""

    of: str
    name: str
    state: str
    conditions: tuple[DuplicateCondition, ...]
    on_create: Reaction
    on_update: Reaction
    overridable: bool = True


class SessionSnapshot(Snapshot):
    user_id: str
    state: str
    status_reason: str | None = None
    expires_at: datetime


class ApiKeySnapshot(Snapshot):
    user_id: str
    name: str
    state: str
    expires_at: datetime | None = None


class UserCreated(Event[UserSnapshot], type="identity.user.created"):
    pass


class UserUpdated(Event[UserSnapshot], type="identity.user.updated"):
    pass


class UserAssigned(Event[UserSnapshot], type="identity.user.assigned"):
    pass


class UserDeactivated(Event[UserSnapshot], type="identity.user.deactivated"):
    """May no longer sign in; every session and API key of theirs is revoked with it."""


class UserActivated(Event[UserSnapshot], type="identity.user.activated"):
    pass


class UserPasswordSet(Event[UserSnapshot], type="identity.user.password_set"):
    """Has a new password; the sessions begun with the old one are revoked with it."""


class UserUnlocked(Event[UserSnapshot], type="identity.user.unlocked"):
    """May try to sign in again at once, though too many attempts had failed."""


class UserPasswordLinkMade(Event[UserSnapshot], type="identity.user.password_link_made"):
    """May choose a password by a link, once; `purpose` is invitation or reset."""

    purpose: str


class UserSecondFactorAdded(Event[UserSnapshot], type="identity.user.second_factor_added"):
    """Signs in with a code of an authenticator app beside the password from now on."""


class UserSecondFactorRemoved(Event[UserSnapshot], type="identity.user.second_factor_removed"):
    """Signs in with the password alone again."""


class RoleCreated(Event[RoleSnapshot], type="identity.role.created"):
    pass


class RoleUpdated(Event[RoleSnapshot], type="identity.role.updated"):
    """Whoever has the role may do from now on what it says now."""


class RoleAssigned(Event[RoleSnapshot], type="identity.role.assigned"):
    """Has another owner; who has the role, users tell."""


class RoleDeactivated(Event[RoleSnapshot], type="identity.role.deactivated"):
    """Allows nothing any more."""


class RoleActivated(Event[RoleSnapshot], type="identity.role.activated"):
    pass


class TeamCreated(Event[TeamSnapshot], type="identity.team.created"):
    pass


class TeamUpdated(Event[TeamSnapshot], type="identity.team.updated"):
    pass


class TeamAssigned(Event[TeamSnapshot], type="identity.team.assigned"):
    pass


class TeamDeactivated(Event[TeamSnapshot], type="identity.team.deactivated"):
    """Opens nothing to its members any more."""


class TeamActivated(Event[TeamSnapshot], type="identity.team.activated"):
    pass


class CustomFieldCreated(Event[CustomFieldSnapshot], type="identity.custom_field.created"):
    pass


class CustomFieldUpdated(Event[CustomFieldSnapshot], type="identity.custom_field.updated"):
    pass


class CustomFieldAssigned(Event[CustomFieldSnapshot], type="identity.custom_field.assigned"):
    pass


class CustomFieldDeactivated(Event[CustomFieldSnapshot], type="identity.custom_field.deactivated"):
    """Opens nothing to its members any more."""


class CustomFieldActivated(Event[CustomFieldSnapshot], type="identity.custom_field.activated"):
    pass


class DuplicateRuleCreated(Event[DuplicateRuleSnapshot], type="identity.duplicate_rule.created"):
    pass


class DuplicateRuleUpdated(Event[DuplicateRuleSnapshot], type="identity.duplicate_rule.updated"):
    pass


class DuplicateRuleAssigned(Event[DuplicateRuleSnapshot], type="identity.duplicate_rule.assigned"):
    pass


class DuplicateRuleDeactivated(Event[DuplicateRuleSnapshot], type="identity.duplicate_rule.deactivated"):
    """Finds nothing any more."""


class DuplicateRuleActivated(Event[DuplicateRuleSnapshot], type="identity.duplicate_rule.activated"):
    pass


class SessionStarted(Event[SessionSnapshot], type="identity.session.started"):
    pass


class SessionRefreshed(Event[SessionSnapshot], type="identity.session.refreshed"):
    pass


class SessionRevoked(Event[SessionSnapshot], type="identity.session.revoked"):
    """No token of this session is to be accepted from now on."""


class ApiKeyCreated(Event[ApiKeySnapshot], type="identity.api_key.created"):
    pass


class ApiKeyRevoked(Event[ApiKeySnapshot], type="identity.api_key.revoked"):
    """Neither this key nor a token exchanged for it is to be accepted from now on."""


EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    UserCreated,
    UserUpdated,
    UserAssigned,
    UserDeactivated,
    UserActivated,
    UserPasswordSet,
    UserUnlocked,
    UserPasswordLinkMade,
    UserSecondFactorAdded,
    UserSecondFactorRemoved,
    RoleCreated,
    RoleUpdated,
    RoleAssigned,
    RoleDeactivated,
    RoleActivated,
    TeamCreated,
    TeamUpdated,
    TeamAssigned,
    TeamDeactivated,
    TeamActivated,
    CustomFieldCreated,
    CustomFieldUpdated,
    CustomFieldAssigned,
    CustomFieldDeactivated,
    CustomFieldActivated,
    DuplicateRuleCreated,
    DuplicateRuleUpdated,
    DuplicateRuleAssigned,
    DuplicateRuleDeactivated,
    DuplicateRuleActivated,
    SessionStarted,
    SessionRefreshed,
    SessionRevoked,
    ApiKeyCreated,
    ApiKeyRevoked,
)
