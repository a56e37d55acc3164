import pytest

from libs.contracts.identity import DefaultRole, UserState
from libs.domain.refusals import MoveRefused
from libs.web.access import ADMINISTRATOR, ROLES
from services.identity.users.model import (
    LastAdministrator,
    User,
    activate,
    deactivate,
    keep_an_administrator,
    steps_down,
)

ADMIN = User(id="u-1", username="Admin", name="Ada", roles=(DefaultRole.ADMINISTRATOR,))
SELLER = User(id="u-2", username="bob", name="Bob", roles=(DefaultRole.SALESPERSON, DefaultRole.READ_ONLY))


def test_usernames_are_kept_in_lower_case() -> None:
    assert ADMIN.username == "admin"


def test_an_inactive_user_may_not_sign_in_until_activated() -> None:
    shut_out, event = deactivate(SELLER)
    back, _ = activate(shut_out)

    assert shut_out.state is UserState.INACTIVE
    assert not shut_out.may_sign_in
    assert event.type == "identity.user.deactivated"
    assert back.may_sign_in


def test_moves_that_lead_nowhere_name_the_open_ones() -> None:
    with pytest.raises(MoveRefused) as refusal:
        activate(SELLER)

    assert refusal.value.extra["open_actions"] == ["deactivate"]


def test_who_loses_the_role_or_is_shut_out_steps_down() -> None:
    assert steps_down(ADMIN, ADMIN.evolve(roles=()))
    assert steps_down(ADMIN, deactivate(ADMIN)[0])
    assert not steps_down(ADMIN, ADMIN.evolve(name="Ada Lovelace"))
    assert not steps_down(SELLER, deactivate(SELLER)[0])


def test_the_last_administrator_stays() -> None:
    with pytest.raises(LastAdministrator):
        keep_an_administrator(others=0)

    keep_an_administrator(others=1)


def test_every_role_is_known_to_the_table_of_permissions() -> None:
    assert {*ROLES, ADMINISTRATOR} == {role.value for role in DefaultRole}
