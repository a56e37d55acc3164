import asyncio

import pytest

from services.identity.users.store import CREDENTIALS
from tests.services.identity.running import ADMIN_PASSWORD, PASSWORD, Heard, Identity
from tests.support.waiting import eventually

NEW_PASSWORD = "rote Rosen im Juni"


async def refused(identity: Identity, token: str) -> bool:
    return (await identity.get("/api/v1/me", token=token))[0] == 401


async def test_an_administrator_makes_reads_lists_and_changes_users(identity: Identity, heard: Heard) -> None:
    admin = await identity.admin()
    body = {"username": "Ada.L", "name": "Ada", "email": "Ada@Example.com", "roles": ["salesperson"]}

    status, user = await identity.post("/api/v1/users", body, token=admin)
    path = f"/api/v1/users/{user['id']}"

    assert (status, user["username"], user["email"], user["state"]) == (201, "ada.l", "ada@example.com", "active")
    assert (await identity.get(path, token=admin))[1] == user
    _, found = await identity.get("/api/v1/users?$filter=username eq 'ada.l'", token=admin)
    assert found["value"] == [user]
    status, changed = await identity.request("PATCH", path, {"job_title": "Countess"}, token=admin)
    assert (status, changed["job_title"], changed["version"]) == (200, "Countess", 2)
    assert (await heard.eventually("identity.user.created", user["id"]))["data"]["record"] == user
    updated = await heard.eventually("identity.user.updated", user["id"])
    assert updated["data"]["changed"] == {"job_title": {"before": None, "after": "Countess"}}


async def test_usernames_are_unique_whatever_their_case(identity: Identity) -> None:
    admin = await identity.admin()

    status, problem = await identity.post("/api/v1/users", {"username": "ADMIN", "name": "Another"}, token=admin)

    assert (status, problem["code"], problem["errors"][0]["pointer"]) == (409, "duplicate", "/username")


async def test_every_service_is_told_what_users_are_called(identity: Identity) -> None:
    admin = await identity.admin()
    user = await identity.user(admin, "salesperson", password=None)

    _, directory = await identity.get("/internal/directory")

    told = {each["id"]: each for each in directory["users"]}[user["id"]]
    assert (told["username"], told["roles"]) == (user["username"], ["salesperson"])


@pytest.mark.parametrize("change", [{"state": "inactive"}, {"roles": ["wizard"]}, {"password": "x"}, {"hashed": "x"}])
async def test_fields_that_are_not_for_patching_are_refused(identity: Identity, change: dict[str, object]) -> None:
    admin = await identity.admin()
    user = await identity.user(admin, "salesperson", password=None)

    status, _ = await identity.request("PATCH", f"/api/v1/users/{user['id']}", change, token=admin)

    assert status == 422


async def test_only_administrators_change_users(identity: Identity) -> None:
    admin = await identity.admin()
    user = await identity.user(admin, "sales_manager")
    token = (await identity.sign_in(user["username"]))["access_token"]
    path = f"/api/v1/users/{user['id']}"

    assert (await identity.post("/api/v1/users", {"username": "x1", "name": "X"}, token=token))[0] == 403
    assert (await identity.request("PATCH", path, {"roles": ["administrator"]}, token=token))[0] == 403
    for action in ("deactivate", "activate", "unlock"):
        assert (await identity.post(f"{path}/{action}", token=token))[0] == 403
    assert (await identity.post(f"{path}/set_password", {"password": NEW_PASSWORD}, token=token))[0] == 403


async def test_a_user_cannot_be_removed_only_deactivated(identity: Identity) -> None:
    admin = await identity.admin()
    user = await identity.user(admin, "salesperson", password=None)

    status, _ = await identity.request("DELETE", f"/api/v1/users/{user['id']}", token=admin)

    assert status == 405


async def test_deactivating_shuts_the_user_out_at_once_and_activating_lets_them_in(
    identity: Identity, heard: Heard
) -> None:
    admin = await identity.admin()
    user = await identity.user(admin, "salesperson")
    tokens = await identity.sign_in(user["username"])
    _, key = await identity.post("/api/v1/api_keys", {"name": "export"}, token=tokens["access_token"])
    path = f"/api/v1/users/{user['id']}"

    status, inactive = await identity.post(f"{path}/deactivate", token=admin)

    assert (status, inactive["state"]) == (200, "inactive")
    await eventually(lambda: refused(identity, tokens["access_token"]))
    assert (await identity.post("/api/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]}))[0] == 401
    assert (await identity.post("/api/v1/auth/exchange", X_API_Key=key["secret"]))[0] == 401
    assert (await identity.try_to_sign_in(user["username"], PASSWORD))[0] == 401
    await heard.eventually("identity.user.deactivated", user["id"])
    await heard.eventually("identity.api_key.revoked", key["id"])

    await identity.post(f"{path}/activate", token=admin)
    assert (await identity.try_to_sign_in(user["username"], PASSWORD))[0] == 200
    assert (await identity.post("/api/v1/auth/exchange", X_API_Key=key["secret"]))[0] == 401


async def test_the_last_administrator_can_neither_go_nor_step_down(fresh: Identity) -> None:
    admin = await fresh.admin()
    _, me = await fresh.get("/api/v1/me", token=admin)
    path = f"/api/v1/users/{me['id']}"

    for answer in (
        await fresh.post(f"{path}/deactivate", token=admin),
        await fresh.request("PATCH", path, {"roles": ["salesperson"]}, token=admin),
    ):
        assert (answer[0], answer[1]["code"]) == (409, "last_administrator")

    await fresh.user(admin, "administrator", password=None)
    assert (await fresh.post(f"{path}/deactivate", token=admin))[0] == 200


async def test_administrators_who_shut_each_other_out_at_once_leave_one(fresh: Identity) -> None:
    admin = await fresh.admin()
    ids = [(await fresh.get("/api/v1/me", token=admin))[1]["id"]]
    ids += [(await fresh.user(admin, "administrator", password=None))["id"] for _ in range(7)]

    async def shut_out(number: int, user_id: str) -> int:
        """Every other one by taking the role away."""
        path = f"/api/v1/users/{user_id}"
        if number % 2:
            return (await fresh.request("PATCH", path, {"roles": ["read_only"]}, token=admin))[0]
        return (await fresh.post(f"{path}/deactivate", token=admin))[0]

    answers = await asyncio.gather(*(shut_out(number, user_id) for number, user_id in enumerate(ids)))

    left = fresh.store.collection("users").find({"roles": "administrator", "state": "active"})
    assert len(await left.to_list(None)) == 1
    assert set(answers) <= {200, 401, 403, 409}


async def test_taking_a_role_away_counts_in_sign_ins_that_go_on(identity: Identity) -> None:
    admin = await identity.admin()
    user = await identity.user(admin, "salesperson", "administrator")
    token = (await identity.sign_in(user["username"]))["access_token"]
    assert (await identity.get("/api/v1/roles", token=token))[0] == 200

    await identity.request("PATCH", f"/api/v1/users/{user['id']}", {"roles": ["salesperson"]}, token=admin)

    async def forbidden() -> bool:
        return (await identity.get("/api/v1/roles", token=token))[0] == 403

    await eventually(forbidden)
    assert (await identity.get("/api/v1/me", token=token))[1]["roles"] == ["salesperson"]


async def test_a_new_password_replaces_the_old_and_ends_its_sign_ins(identity: Identity, heard: Heard) -> None:
    admin = await identity.admin()
    user = await identity.user(admin, "salesperson")
    tokens = await identity.sign_in(user["username"])
    path = f"/api/v1/users/{user['id']}/set_password"

    status, answer = await identity.post(path, {"password": NEW_PASSWORD}, token=admin)

    assert status == 200
    assert NEW_PASSWORD not in str(answer)
    await eventually(lambda: refused(identity, tokens["access_token"]))
    assert (await identity.try_to_sign_in(user["username"], PASSWORD))[0] == 401
    assert (await identity.try_to_sign_in(user["username"], NEW_PASSWORD))[0] == 200
    assert await identity.store.collection(CREDENTIALS).count_documents({"user_id": user["id"]}) == 1
    await heard.eventually("identity.user.password_set", user["id"])
    assert NEW_PASSWORD.encode() not in b"".join(heard.bodies)
    assert b"argon2" not in b"".join(heard.bodies)


async def test_a_password_is_not_remembered_with_an_idempotency_key(identity: Identity) -> None:
    admin = await identity.admin()
    user = await identity.user(admin, "salesperson", password=None)
    path = f"/api/v1/users/{user['id']}/set_password"

    await identity.post(path, {"password": NEW_PASSWORD}, token=admin, Idempotency_Key="once")

    assert await identity.store.collection("requests").count_documents({"_id": {"$regex": user["id"]}}) == 0


async def test_two_new_passwords_at_once_leave_exactly_one(identity: Identity) -> None:
    admin = await identity.admin()
    user = await identity.user(admin, "salesperson")
    path = f"/api/v1/users/{user['id']}/set_password"

    await asyncio.gather(*(identity.post(path, {"password": f"{NEW_PASSWORD} {n}"}, token=admin) for n in range(4)))

    assert await identity.store.collection(CREDENTIALS).count_documents({"user_id": user["id"]}) == 1


@pytest.mark.parametrize("password", ["short", "password123", ""])
async def test_a_password_that_would_be_guessed_is_refused(identity: Identity, password: str) -> None:
    admin = await identity.admin()
    user = await identity.user(admin, "salesperson", password=None)
    path = f"/api/v1/users/{user['id']}/set_password"

    status, problem = await identity.post(path, {"password": password}, token=admin)

    assert (status, problem["errors"][0]["pointer"]) == (422, "/password")


async def test_users_change_their_own_password_and_stay_signed_in_here(identity: Identity) -> None:
    user = await identity.user(await identity.admin(), "salesperson")
    here, there = await identity.sign_in(user["username"]), await identity.sign_in(user["username"])
    token, path = here["access_token"], "/api/v1/me/set_password"

    wrong = await identity.post(path, {"current_password": "a guess", "password": NEW_PASSWORD}, token=token)
    right = await identity.post(path, {"current_password": PASSWORD, "password": NEW_PASSWORD}, token=token)

    assert (wrong[0], wrong[1]["errors"][0]["pointer"]) == (422, "/current_password")
    assert right[0] == 200
    await eventually(lambda: refused(identity, there["access_token"]))
    assert not await refused(identity, token)
    assert (await identity.try_to_sign_in(user["username"], NEW_PASSWORD))[0] == 200


async def test_a_stolen_token_cannot_guess_the_password_without_end(identity: Identity) -> None:
    user = await identity.user(await identity.admin(), "salesperson")
    token, path = (await identity.sign_in(user["username"]))["access_token"], "/api/v1/me/set_password"

    answers = [
        (await identity.post(path, {"current_password": f"guess {n}", "password": NEW_PASSWORD}, token=token))[0]
        for n in range(7)
    ]

    assert answers == [422] * 5 + [429] * 2


async def test_no_answer_shows_what_users_sign_in_with(identity: Identity) -> None:
    admin = await identity.admin()
    _, users = await identity.get("/api/v1/users", token=admin)

    assert "argon2" not in str(users)
    assert ADMIN_PASSWORD not in str(users)
