"""A key is made before its user is shut out, and ends by that, or is not made."""

from functools import partial
from typing import Any

import pytest

from libs.domain.refusals import InvalidFields
from libs.store.context import Context
from libs.store.work import UnitOfWork
from services.identity.api_keys.commands import create_api_key
from services.identity.users.commands import deactivate_user
from tests.services.identity.running import Identity


@pytest.fixture
async def user(identity: Identity) -> dict[str, Any]:
    return await identity.user(await identity.admin(), "salesperson", password=None)


async def states_of_keys(identity: Identity, user_id: str) -> list[str]:
    found = identity.store.collection("api_keys").find({"user_id": user_id})
    return [row["state"] for row in await found.to_list(None)]


async def test_given_a_key_while_its_user_is_being_shut_out_then_it_ends_too(
    identity: Identity, user: dict[str, Any]
) -> None:
    async def overtaken(work: UnitOfWork) -> None:
        await deactivate_user(work, user["id"])
        if work.attempt == 1:
            await identity.store.run(partial(create_api_key, user_id=user["id"], name="export"), Context())

    await identity.store.run(overtaken, Context())

    assert await states_of_keys(identity, user["id"]) == ["revoked"]


async def test_given_a_user_who_was_shut_out_meanwhile_then_no_key_is_made(
    identity: Identity, user: dict[str, Any]
) -> None:
    async def overtaken(work: UnitOfWork) -> None:
        await create_api_key(work, user["id"], name="export")
        if work.attempt == 1:
            await identity.store.run(partial(deactivate_user, user_id=user["id"]), Context())

    with pytest.raises(InvalidFields, match="not active"):
        await identity.store.run(overtaken, Context())
    assert await states_of_keys(identity, user["id"]) == []
