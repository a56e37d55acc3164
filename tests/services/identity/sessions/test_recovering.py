"""A restore from backup ends all sign-ins: what was ended since then must not live again."""

from libs.store.context import Context
from services.identity.sessions.commands import end_all_sessions
from tests.services.identity.running import PASSWORD, Heard, Identity


async def test_all_sign_ins_end(fresh: Identity, heard: Heard) -> None:
    admin = await fresh.admin()
    user = await fresh.user(admin)
    signed_in = [await fresh.sign_in(user["username"]) for _ in range(3)]

    await end_all_sessions(fresh.store, Context())

    for tokens in signed_in:
        status, _ = await fresh.post("/api/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]})
        assert status == 401
    assert await fresh.store.collection("sessions").count_documents({"state": "active"}) == 0
    assert (await fresh.try_to_sign_in(user["username"], PASSWORD))[0] == 200
    ended = await fresh.store.collection("sessions").find_one({"user_id": user["id"], "state": "revoked"})
    assert ended is not None
    await heard.eventually("identity.session.revoked", ended["_id"])
