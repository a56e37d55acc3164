"""The user: a person who signs in. What they sign in with is kept apart (`credentials`) and never shown."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from libs.contracts.identity import DefaultRole, UserActivated, UserDeactivated, UserPasswordSet, UserState
from libs.domain.fields import GUARDED, INDEXED, LISTED, SEARCHED, Line, Lookup
from libs.domain.moves import Moves
from libs.domain.people import Email, Phone
from libs.domain.personal import Personal
from libs.domain.record import Index, Record
from libs.domain.refusals import Refusal

MOVES: Final = Moves(
    {
        UserState.ACTIVE: {"deactivate": UserState.INACTIVE},
        UserState.INACTIVE: {"activate": UserState.ACTIVE},
    }
)

Username = Annotated[
    str, Field(min_length=2, max_length=100, pattern=r"^[A-Za-z0-9._@+-]+$"), AfterValidator(str.lower)
]


RoleId = Annotated[str, Field(min_length=1, max_length=64)]
MOST_ROLES: Final = 50


class LastAdministrator(Refusal):
    """Nobody would be left who can let others in."""

    code = "last_administrator"

    def __init__(self) -> None:
        super().__init__("This is the last active administrator; make another one first.")


class User(Record, collection="users", aggregate="identity.user"):
    """Usernames are unique and kept in lower case. Whoever works here is no subject of a privacy request."""

    personal = Personal(kept=("username", "name", "email", "phone", "job_title"))
    indexes = (Index(("username",), unique=True),)

    state: Annotated[UserState, GUARDED, LISTED] = UserState.ACTIVE
    username: Annotated[Username, LISTED, SEARCHED]
    name: Annotated[Line, LISTED, SEARCHED]
    email: Annotated[Email | None, INDEXED, SEARCHED] = None
    phone: Phone | None = None
    job_title: Annotated[Line | None, LISTED] = None
    roles: Annotated[tuple[RoleId, ...], LISTED, Lookup.to("roles"), Field(max_length=MOST_ROLES)] = ()

    @property
    def may_sign_in(self) -> bool:
        return self.state is UserState.ACTIVE

    @property
    def is_administrator(self) -> bool:
        """Also one who is shut out, and would be one again as soon as they may sign in."""
        return DefaultRole.ADMINISTRATOR in self.roles

    @property
    def administers(self) -> bool:
        return self.may_sign_in and self.is_administrator


def deactivate(user: User) -> tuple[User, UserDeactivated]:
    """Shut a person out."""
    return user.evolve(state=MOVES.after("deactivate", state=user.state)), UserDeactivated()


def activate(user: User) -> tuple[User, UserActivated]:
    return user.evolve(state=MOVES.after("activate", state=user.state)), UserActivated()


def set_password(user: User) -> tuple[User, UserPasswordSet]:
    """The user as it is after a new password: only its version tells, the password lies elsewhere."""
    return user, UserPasswordSet()


def steps_down(before: User, after: User) -> bool:
    """Whether the change leaves one active administrator less."""
    return before.administers and not after.administers


def keep_an_administrator(*, others: int) -> None:
    """`others` counts the active administrators beside one who steps down; raises `LastAdministrator`."""
    if others == 0:
        raise LastAdministrator
