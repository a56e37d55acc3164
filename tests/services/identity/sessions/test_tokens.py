from datetime import UTC, datetime, timedelta

import pytest

from libs.web.tokens import verify
from services.identity.keys.signing import SigningKey, SigningKeys
from services.identity.sessions.model import SessionEnded
from services.identity.sessions.tokens import (
    ACCESS_LASTS,
    Bearer,
    access_token,
    read_refresh_token,
    refresh_token,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SESSION = "0192f7c0-1d7e-7bb1-9a3e-6d2d0b3b5c11"
KEYS = SigningKeys(SigningKey.generate())
ADA = Bearer("u-1", "Ada", ("salesperson",), SESSION, "ui")


def test_an_access_token_is_verified_by_the_published_key() -> None:
    token, seconds = access_token(ADA, KEYS, at=NOON)
    claims = verify(token, KEYS.published(), now=NOON.timestamp())

    assert seconds == ACCESS_LASTS.total_seconds()
    assert (claims.sub, claims.name, claims.roles, claims.sid, claims.via) == (
        "u-1", "Ada", ("salesperson",), SESSION, "ui",
    )  # fmt: skip
    assert claims.exp == NOON.timestamp() + seconds


def test_an_access_token_ends_with_what_it_stands_on() -> None:
    _, seconds = access_token(ADA, KEYS, at=NOON, until=NOON + timedelta(minutes=1))

    assert seconds == 60


def test_a_refresh_token_names_its_session_and_rotation() -> None:
    assert read_refresh_token(refresh_token(SESSION, 7, KEYS), KEYS) == (SESSION, 7)


def test_the_same_rotation_has_the_same_token_and_the_next_another() -> None:
    assert refresh_token(SESSION, 7, KEYS) == refresh_token(SESSION, 7, KEYS)
    assert refresh_token(SESSION, 7, KEYS).rpartition(".")[2] != refresh_token(SESSION, 8, KEYS).rpartition(".")[2]


def test_a_refresh_token_of_a_former_key_still_holds() -> None:
    rotated = SigningKeys(SigningKey.generate(), former=(KEYS.current,))

    assert read_refresh_token(refresh_token(SESSION, 7, KEYS), rotated) == (SESSION, 7)


@pytest.mark.parametrize(
    "text", ["", "a.b.c", f"{SESSION}.7.{'A' * 43}", f"{SESSION}.7", f"{SESSION}.\u0667.{'A' * 43}"]
)
def test_a_token_that_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(SessionEnded):
        read_refresh_token(text, KEYS)


def test_a_token_moved_to_another_rotation_session_or_installation_is_refused() -> None:
    mac = refresh_token(SESSION, 7, KEYS).rpartition(".")[2]
    for forged in (f"{SESSION}.8.{mac}", f"{SESSION[:-1]}0.7.{mac}"):
        with pytest.raises(SessionEnded):
            read_refresh_token(forged, KEYS)
    with pytest.raises(SessionEnded):
        read_refresh_token(f"{SESSION}.7.{mac}", SigningKeys(SigningKey.generate()))


def test_an_access_token_is_no_refresh_token() -> None:
    token, _ = access_token(ADA, KEYS, at=NOON)

    with pytest.raises(SessionEnded):
        read_refresh_token(token, KEYS)
