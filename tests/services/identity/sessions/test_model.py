from datetime import UTC, datetime, timedelta

import pytest

from libs.contracts.sign_ins import EndReason
from libs.domain.refusals import MoveRefused
from services.identity.sessions.model import (
    ASKED_AGAIN_WITHIN,
    IDLE,
    LONGEST,
    Rotation,
    Session,
    SessionEnded,
    SessionState,
    judge,
    revoke,
    rotate,
    start,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def session(*, rotations: int = 0) -> Session:
    started, _ = start(id="s-1", user_id="u-1", address="192.0.2.7", client="test", at=NOON)
    for _ in range(rotations):
        started, _ = rotate(started, at=NOON)
    return started


def test_a_session_belongs_to_the_user_it_signs_in() -> None:
    started, event = start(id="s-1", user_id="u-1", address=None, client="x" * 999, at=NOON)

    assert (started.owner_id, started.user_id, started.created_by) == ("u-1", "u-1", "u-1")
    assert started.client == "x" * 300
    assert event.type == "identity.session.started"


def test_the_current_refresh_token_rotates() -> None:
    before = session(rotations=3)

    assert judge(before, 3, at=NOON) is Rotation.ROTATED
    after, event = rotate(before, at=NOON)
    assert after.rotation == 4
    assert event.type == "identity.session.refreshed"


def test_the_token_before_may_be_asked_for_again_for_a_moment() -> None:
    rotated = session(rotations=3)

    assert judge(rotated, 2, at=NOON + ASKED_AGAIN_WITHIN) is Rotation.ASKED_AGAIN
    assert judge(rotated, 2, at=NOON + ASKED_AGAIN_WITHIN + timedelta(milliseconds=1)) is Rotation.REUSED


@pytest.mark.parametrize("presented", [0, 1, 4, 99])
def test_any_other_token_was_copied(presented: int) -> None:
    assert judge(session(rotations=3), presented, at=NOON) is Rotation.REUSED


def test_a_session_that_is_not_used_ends() -> None:
    assert judge(session(), 0, at=NOON + IDLE - timedelta(seconds=1)) is Rotation.ROTATED
    with pytest.raises(SessionEnded):
        judge(session(), 0, at=NOON + IDLE)


def test_use_prolongs_a_session_but_not_without_end() -> None:
    used, now = session(), NOON
    while used.lives(now):
        used, _ = rotate(used, at=now)
        now += timedelta(days=10)

    assert used.expires_at == NOON + LONGEST
    assert now > NOON + LONGEST - timedelta(days=10)


def test_a_revoked_session_is_over_and_says_why() -> None:
    revoked, event = revoke(session(), EndReason.SIGNED_OUT, at=NOON)

    assert (revoked.state, revoked.status_reason, revoked.ended_at) == (
        SessionState.REVOKED,
        "signed_out",
        NOON,
    )
    assert event.type == "identity.session.revoked"
    with pytest.raises(SessionEnded):
        judge(revoked, 0, at=NOON)
    with pytest.raises(MoveRefused):
        revoke(revoked, EndReason.REVOKED, at=NOON)
