from datetime import timedelta

import pytest

from libs.store.clock import utc_now
from services.identity.api_keys.store import SECRETS
from tests.services.identity.running import Heard, Identity
from tests.support.waiting import eventually


async def seller(identity: Identity, *roles: str) -> str:
    """An access token of a new salesperson."""
    user = await identity.user(await identity.admin(), "salesperson", *roles)
    return str((await identity.sign_in(user["username"]))["access_token"])


async def test_the_secret_is_shown_once_and_kept_as_a_hash(identity: Identity, heard: Heard) -> None:
    token = await seller(identity)

    status, key = await identity.post("/api/v1/api_keys", {"name": "Nightly export"}, token=token)

    secret = key.pop("secret")
    assert status == 201
    assert (await identity.get(f"/api/v1/api_keys/{key['id']}", token=token))[1] == key
    assert (await identity.get("/api/v1/api_keys", token=token))[1]["value"] == [key]
    assert secret not in str(await identity.store.collection(SECRETS).find({}).to_list(10))
    await heard.eventually("identity.api_key.created", key["id"])
    assert secret.encode() not in b"".join(heard.bodies)


async def test_a_secret_is_not_remembered_with_an_idempotency_key(identity: Identity) -> None:
    token = await seller(identity)

    _, key = await identity.post("/api/v1/api_keys", {"name": "export"}, token=token, Idempotency_Key="once")

    for name in await identity.store.database.list_collection_names():
        assert key["secret"] not in str(await identity.store.collection(name).find({}).to_list(1000))


async def test_a_key_is_exchanged_for_a_short_token_of_its_user(identity: Identity) -> None:
    token = await seller(identity)
    _, key = await identity.post("/api/v1/api_keys", {"name": "export"}, token=token)

    status, tokens = await identity.post("/api/v1/auth/exchange", X_API_Key=key["secret"])

    assert (status, tokens["token_type"]) == (200, "Bearer")
    assert "refresh_token" not in tokens
    _, me = await identity.get("/api/v1/me", token=tokens["access_token"])
    assert (me["id"], me["via"], me["session_id"]) == (key["user_id"], "api_key", key["id"])


async def test_a_key_may_be_sent_in_place_of_a_token(identity: Identity) -> None:
    token = await seller(identity)
    _, key = await identity.post("/api/v1/api_keys", {"name": "export"}, token=token)

    status, me = await identity.get("/api/v1/me", X_API_Key=key["secret"])

    assert (status, me["via"]) == (200, "api_key")


async def test_a_key_may_have_fewer_roles_than_its_user_but_no_others(identity: Identity) -> None:
    token = await seller(identity, "read_only")
    body = {"name": "dashboard", "roles": ["read_only"]}

    _, key = await identity.post("/api/v1/api_keys", body, token=token)
    status, problem = await identity.post("/api/v1/api_keys", {"name": "x", "roles": ["administrator"]}, token=token)

    assert (await identity.get("/api/v1/me", X_API_Key=key["secret"]))[1]["roles"] == ["read_only"]
    assert (status, problem["errors"][0]["pointer"]) == (422, "/roles")


async def test_a_token_ends_with_its_key(identity: Identity) -> None:
    token = await seller(identity)
    soon, past = utc_now() + timedelta(seconds=60), utc_now() - timedelta(seconds=1)

    _, key = await identity.post("/api/v1/api_keys", {"name": "x", "expires_at": soon.isoformat()}, token=token)
    status, _ = await identity.post("/api/v1/api_keys", {"name": "x", "expires_at": past.isoformat()}, token=token)

    assert status == 422
    _, tokens = await identity.post("/api/v1/auth/exchange", X_API_Key=key["secret"])
    assert 0 < tokens["expires_in"] <= 60


async def test_a_revoked_key_and_its_tokens_stop_at_once(identity: Identity, heard: Heard) -> None:
    token = await seller(identity)
    _, key = await identity.post("/api/v1/api_keys", {"name": "export"}, token=token)
    _, tokens = await identity.post("/api/v1/auth/exchange", X_API_Key=key["secret"])
    path = f"/api/v1/api_keys/{key['id']}/revoke"

    async def refused() -> bool:
        return (await identity.get("/api/v1/me", token=tokens["access_token"]))[0] == 401

    assert not await refused()
    assert (await identity.post(path, token=token))[0] == 200

    await eventually(refused)
    assert (await identity.post("/api/v1/auth/exchange", X_API_Key=key["secret"]))[0] == 401
    assert key["id"] in (await identity.get("/internal/revoked_sessions"))[1]["value"]
    await heard.eventually("identity.api_key.revoked", key["id"])


@pytest.mark.parametrize("secret", ["", "x", "tandem_none_x", "tandem_{id}_wrong", "tandem_{id}_"])
async def test_a_wrong_key_is_refused_without_saying_why(identity: Identity, secret: str) -> None:
    token = await seller(identity)
    _, key = await identity.post("/api/v1/api_keys", {"name": "export"}, token=token)

    status, problem = await identity.post("/api/v1/auth/exchange", X_API_Key=secret.format(id=key["id"]))

    assert (status, problem["detail"]) == (401, "The API key is not valid.")


async def test_a_key_makes_no_further_keys(identity: Identity) -> None:
    _, key = await identity.post("/api/v1/api_keys", {"name": "export"}, token=await seller(identity))

    status, problem = await identity.post("/api/v1/api_keys", {"name": "another"}, X_API_Key=key["secret"])

    assert (status, problem["code"]) == (403, "keys_make_no_keys")


async def test_others_keys_are_an_administrators_business(identity: Identity) -> None:
    admin, token = await identity.admin(), await seller(identity)
    other = await identity.user(admin, "marketer")

    assert (await identity.post("/api/v1/api_keys", {"name": "x", "user_id": other["id"]}, token=token))[0] == 403
    status, key = await identity.post("/api/v1/api_keys", {"name": "x", "user_id": other["id"]}, token=admin)
    assert (status, key["user_id"], key["owner_id"]) == (201, other["id"], other["id"])
    assert (await identity.get(f"/api/v1/api_keys/{key['id']}", token=token))[0] == 404
    assert (await identity.post(f"/api/v1/api_keys/{key['id']}/revoke", token=token))[0] == 404
    assert (await identity.get("/api/v1/api_keys", token=token))[1]["value"] == []
    assert (await identity.get(f"/api/v1/api_keys/{key['id']}", token=admin))[0] == 200
