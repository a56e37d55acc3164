"""The grants of every caller, as this copy of the service knows them."""

from collections.abc import Mapping

from libs.domain.grants import Grants
from libs.domain.roles import ADMINISTRATOR, RoleTerms, administering, combined
from libs.web.access import default_terms
from libs.web.authentication import Caller

MOST_REMEMBERED = 10_000


class Directory:
    """What each role says. A caller's grants are worked out once and remembered."""

    def __init__(self) -> None:
        self._roles: Mapping[str, RoleTerms] = default_terms()
        self._grants: dict[tuple[str, tuple[str, ...]], Grants] = {}

    def grants(self, caller: Caller) -> Grants:
        """What the caller may do now."""
        key = caller.user_id, caller.roles
        known = self._grants.get(key)
        if known is None:
            if len(self._grants) >= MOST_REMEMBERED:
                self._grants.clear()
            known = self._grants[key] = self._granted(*key)
        return known

    def _granted(self, user_id: str, roles: tuple[str, ...]) -> Grants:
        if ADMINISTRATOR in roles:
            return administering(user_id)
        return combined((self._roles[role] for role in roles if role in self._roles), user_id=user_id)
