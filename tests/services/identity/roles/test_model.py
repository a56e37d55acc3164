"""What a role may say of collections and their fields."""

import pytest

from libs.domain.refusals import InvalidFields
from libs.domain.roles import FieldAccess
from services.identity.roles.model import Allowed, Role, change, require_sound

OLD = Role(id="1", name="Old", permissions={"barges": Allowed()}, fields={"leads": {"fax": FieldAccess.HIDDEN}})


def test_what_a_later_release_does_not_have_may_stay_as_it_was() -> None:
    assert change(OLD, OLD.evolve(name="Older"), {}).name == "Older"


def test_what_is_new_must_be_there() -> None:
    wanted = OLD.evolve(
        permissions={"barges": Allowed(), "boats": Allowed()},
        fields={"leads": {"fax": FieldAccess.READ_ONLY, "telex": FieldAccess.HIDDEN}},
    )

    with pytest.raises(InvalidFields) as refused:
        change(OLD, wanted, {})

    assert [error.pointer for error in refused.value.errors] == ["/permissions/boats", "/fields/leads/telex"]


def test_all_that_is_wrong_is_named() -> None:
    fields = {"leads": {"fax": FieldAccess.HIDDEN, "version": FieldAccess.HIDDEN, "email": FieldAccess.HIDDEN}}

    with pytest.raises(InvalidFields) as refused:
        require_sound(Role(id="1", name="New", fields=fields), {})

    found = {error.pointer: error.code for error in refused.value.errors}
    assert found == {"/fields/leads/fax": "unknown_field", "/fields/leads/version": "always_shown"}
