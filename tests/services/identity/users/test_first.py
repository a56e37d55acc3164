import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from libs.contracts.identity import DefaultRole
from libs.store.store import Store
from services.identity.refusing import RefusesToStart
from services.identity.users.first import make_first_administrator, refuse_weak
from services.identity.users.model import User
from services.identity.users.passwords import Passwords
from services.identity.users.store import CREDENTIALS
from tests.support.waiting import PATIENCE

PASSWORD = "correct horse battery"


@pytest.fixture
async def store(mongo_url: str, database_name: str) -> AsyncIterator[Store]:
    store = await Store.open(mongo_url, database_name, service="identity", records=[User], seconds=PATIENCE)
    yield store
    await store.close()


async def test_copies_that_start_together_make_one_administrator(store: Store, passwords: Passwords) -> None:
    starts = (make_first_administrator(store, passwords, PASSWORD, development=False) for _ in range(3))
    await asyncio.gather(*starts)

    [user] = await store.collection("users").find({}).to_list(10)
    [credential] = await store.collection(CREDENTIALS).find({}).to_list(10)
    assert (user["username"], user["roles"]) == ("admin", [DefaultRole.ADMINISTRATOR])
    assert credential["user_id"] == user["_id"]
    assert await passwords.match(PASSWORD, credential["hashed"])


async def test_where_there_are_users_nothing_is_made_or_asked_for(store: Store, passwords: Passwords) -> None:
    await make_first_administrator(store, passwords, PASSWORD, development=False)
    await make_first_administrator(store, passwords, None, development=False)
    await make_first_administrator(store, passwords, "another password", development=False)

    [credential] = await store.collection(CREDENTIALS).find({}).to_list(10)
    assert await passwords.match(PASSWORD, credential["hashed"])


async def test_without_a_password_it_refuses_to_start(store: Store, passwords: Passwords) -> None:
    with pytest.raises(RefusesToStart, match="TANDEM_ADMIN_PASSWORD is not set"):
        await make_first_administrator(store, passwords, None, development=False)


async def test_in_development_a_password_is_made_in_a_file(
    store: Store, passwords: Passwords, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    await make_first_administrator(store, passwords, None, development=True)

    file = tmp_path / ".tandem" / "admin_password"
    [credential] = await store.collection(CREDENTIALS).find({}).to_list(10)
    assert file.stat().st_mode & 0o777 == 0o600
    assert await passwords.match(file.read_text(), credential["hashed"])


@pytest.mark.parametrize("password", ["admin", "changeme", "admin-admin-1", "Password123!"])
def test_a_password_that_would_be_guessed_is_refused_outside_development(password: str) -> None:
    with pytest.raises(RefusesToStart, match="TANDEM_ADMIN_PASSWORD"):
        refuse_weak(password, development=False)
    refuse_weak(password, development=True)


def test_a_good_password_and_none_will_do() -> None:
    refuse_weak(PASSWORD, development=False)
    refuse_weak(None, development=False)
