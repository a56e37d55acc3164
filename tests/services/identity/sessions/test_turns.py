"""Beside a new password, or being shut out, a sign-in comes before it and is ended, or after it and is refused."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeAlias

import pytest

from libs.store.context import Context
from libs.store.work import UnitOfWork
from services.identity.sessions.commands import Origin, SignedIn, start_session
from services.identity.sessions.model import WrongCredentials
from services.identity.users.commands import deactivate_user, set_password
from services.identity.users.model import User
from services.identity.users.passwords import Passwords
from services.identity.users.store import credential_of
from tests.services.identity.running import Identity

End: TypeAlias = Callable[[UnitOfWork, str, Passwords], Awaitable[User]]


async def give_new_password(work: UnitOfWork, user_id: str, passwords: Passwords) -> User:
    return await set_password(work, user_id, "rote Rosen im Juni", passwords)


async def shut_out(work: UnitOfWork, user_id: str, passwords: Passwords) -> User:
    return await deactivate_user(work, user_id)


async def states_of_sessions(identity: Identity, user_id: str) -> list[str]:
    found = identity.store.collection("sessions").find({"user_id": user_id})
    return [row["state"] for row in await found.to_list(None)]


ENDS = pytest.mark.parametrize("end", [give_new_password, shut_out])


@ENDS
async def test_given_a_sign_in_while_sign_ins_are_being_ended_then_it_ends_too(
    identity: Identity, passwords: Passwords, end: End
) -> None:
    user = await identity.user(await identity.admin(), "salesperson")

    async def overtaken(work: UnitOfWork) -> None:
        await end(work, user["id"], passwords)
        if work.attempt == 1:
            await identity.sign_in(user["username"])

    await identity.store.run(overtaken, Context())

    assert await states_of_sessions(identity, user["id"]) == ["revoked"]


@ENDS
async def test_given_sign_ins_that_were_ended_since_the_password_was_checked_then_none_begins(
    identity: Identity, passwords: Passwords, end: End
) -> None:
    user = await identity.user(await identity.admin(), "salesperson")
    proved = await identity.store.run(partial(credential_of, user_id=user["id"]), Context())
    assert proved is not None

    async def overtaken(work: UnitOfWork) -> SignedIn:
        signed_in = await start_session(work, proved, Origin(address=None, client=None))
        if work.attempt == 1:
            await identity.store.run(lambda other: end(other, user["id"], passwords), Context())
        return signed_in

    with pytest.raises(WrongCredentials):
        await identity.store.run(overtaken, Context())
    assert await states_of_sessions(identity, user["id"]) == []
