from datetime import UTC, datetime, timedelta

import pytest

from libs.contracts.identity import DefaultRole
from libs.contracts.sign_ins import EndReason
from libs.domain.refusals import MoveRefused
from services.identity.api_keys.model import ApiKey, revoke, roles_of

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEY = ApiKey(id="k-1", user_id="u-1", name="Nightly export")


def test_a_key_works_until_it_expires_or_is_revoked() -> None:
    expiring = KEY.evolve(expires_at=NOON)
    revoked, event = revoke(KEY, EndReason.REVOKED, at=NOON)

    assert KEY.works(NOON)
    assert expiring.works(NOON - timedelta(seconds=1))
    assert not expiring.works(NOON)
    assert not revoked.works(NOON)
    assert event.type == "identity.api_key.revoked"
    with pytest.raises(MoveRefused):
        revoke(revoked, EndReason.REVOKED, at=NOON)


def test_a_key_may_do_no_more_than_its_user() -> None:
    narrowed = KEY.evolve(roles=(DefaultRole.READ_ONLY, DefaultRole.ADMINISTRATOR))

    assert roles_of(KEY, (DefaultRole.SALESPERSON,)) == (DefaultRole.SALESPERSON,)
    assert roles_of(narrowed, (DefaultRole.SALESPERSON, DefaultRole.READ_ONLY)) == (DefaultRole.READ_ONLY,)
