import asyncio

import pytest

from libs.domain.refusals import InvalidFields, Unavailable
from services.identity.users.passwords import MOST_WAITING, Passwords, require_strong, weakness


@pytest.mark.parametrize(
    "password",
    [
        "", "short", "password", "Password123", "P4ssw0rd!2026", "passwordpassword", "administrator", "ADMIN-admin-1",
        "changeme!!", "tandem-crm-2026", "12345678901", "aaaaaaaaaaaa", "ababababab12", "ada.lovelace9", "x" * 201,
    ],
)  # fmt: skip
def test_passwords_that_would_be_guessed_are_weak(password: str) -> None:
    assert weakness(password, "ada.lovelace")
    with pytest.raises(InvalidFields):
        require_strong(password, "ada.lovelace")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "vK3!pqLz9w",
        "blaue Berge im Mai",
        "8274 1093 5521 8846 2",
        "пароль на сегодня",
    ],
)
def test_passwords_that_would_not_be_guessed_will_do(password: str) -> None:
    assert weakness(password, "ada.lovelace") is None


async def test_a_password_matches_its_own_hash_only(passwords: Passwords) -> None:
    hashed = await passwords.hash("correct horse battery")

    assert hashed.startswith("$argon2id$")
    assert await passwords.match("correct horse battery", hashed)
    assert not await passwords.match("correct horse batterz", hashed)
    assert not await passwords.match("correct horse battery", None)


async def test_composed_and_decomposed_accents_are_the_same_password(passwords: Passwords) -> None:
    assert await passwords.match("caf\u00e9 au lait", await passwords.hash("cafe\u0301 au lait"))


async def test_more_sign_ins_than_can_wait_are_turned_away(passwords: Passwords) -> None:
    results = await asyncio.gather(
        *(passwords.match("guess", None) for _ in range(MOST_WAITING + 3)), return_exceptions=True
    )

    assert [type(result) for result in results].count(Unavailable) == 3
    assert results.count(False) == MOST_WAITING
