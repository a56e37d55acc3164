"""What the identity service announces of users, roles, teams and custom fields. Never a secret, never a hash."""

from enum import StrEnum
from typing import Any, ClassVar, Final

from pydantic import Field

from libs.contracts.event import Event, Searchable, Snapshot
from libs.contracts.values import Money


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
    """Can be neither set nor asked about any more; values that records have of it are kept."""


class CustomFieldActivated(Event[CustomFieldSnapshot], type="identity.custom_field.activated"):
    pass


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
)
