"""A restore from backup ends all sign-ins before it: what was ended since then must not live again."""

from libs.store.clock import utc_now
from libs.store.context import Context
from services.identity.sessions.commands import end_sessions_before
from tests.services.identity.running import Heard, Identity


async def test_all_earlier_sign_ins_end(fresh: Identity, heard: Heard) -> None:
    admin = await fresh.admin()
    user = await fresh.user(admin)
    signed_in = [await fresh.sign_in(user["username"]) for _ in range(3)]
    restored_at = utc_now()
    since = await fresh.sign_in(user["username"])

    await end_sessions_before(fresh.store, Context(), restored_at)

    for tokens in signed_in:
        status, _ = await fresh.post("/api/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]})
        assert status == 401
    assert await fresh.store.collection("sessions").count_documents({"state": "active"}) == 1
    assert (await fresh.post("/api/v1/auth/refresh", {"refresh_token": since["refresh_token"]}))[0] == 200
    ended = await fresh.store.collection("sessions").find_one({"user_id": user["id"], "state": "revoked"})
    assert ended is not None
    await heard.eventually("identity.session.revoked", ended["_id"])
