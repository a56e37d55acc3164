"""Whom records are given to: what a command may ask about users and teams."""

from typing import Final, Protocol

from libs.domain.grants import Grants
from libs.domain.sharing import Principal


class People(Protocol):
    """Users and teams, as this copy of the service knows them."""

    async def principal(self, id_: str) -> Principal | None:
        """Whether this is an active user or team; asks identity about one that is not known yet."""
        ...

    def is_active(self, user_id: str) -> bool: ...

    def members(self, team_id: str) -> frozenset[str]:
        """The users in a team, also those who are not active; none of a team that is unknown, or put to rest."""
        ...

    def user_called(self, username: str) -> str | None:
        """The active user of this name, which is in lower case."""
        ...

    def grants_of_user(self, user_id: str) -> Grants:
        """What a user may do now; raises `Unavailable` while that is not known."""
        ...


class _Nobody:
    async def principal(self, _id: str) -> Principal | None:
        return None

    def is_active(self, _user_id: str) -> bool:
        return False

    def members(self, _team_id: str) -> frozenset[str]:
        return frozenset()

    def user_called(self, _username: str) -> str | None:
        return None

    def grants_of_user(self, _user_id: str) -> Grants:
        return Grants()


NOBODY: Final[People] = _Nobody()
