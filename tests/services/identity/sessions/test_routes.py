import asyncio
import base64
import json
from typing import Any

import pytest

from libs.store.clock import utc_now
from libs.web.settings import ServiceSettings
from services.identity.attempts.model import Subject
from services.identity.attempts.store import count
from tests.services.identity.running import ADMIN_PASSWORD, PASSWORD, Heard, Identity, running
from tests.support.waiting import eventually


def session_of(tokens: dict[str, Any]) -> str:
    return str(tokens["refresh_token"]).partition(".")[0]


async def refused(identity: Identity, token: str) -> bool:
    status, _ = await identity.get("/api/v1/me", token=token)
    return status == 401


async def test_a_sign_in_gives_tokens_that_work(identity: Identity) -> None:
    status, tokens = await identity.try_to_sign_in("Admin", ADMIN_PASSWORD)

    assert status == 200
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    status, me = await identity.get("/api/v1/me", token=tokens["access_token"])
    assert (status, me["username"], me["roles"], me["via"]) == (200, "admin", ["administrator"], "ui")
    assert me["session_id"] == session_of(tokens)


async def test_unknown_users_wrong_passwords_and_inactive_users_are_answered_alike(identity: Identity) -> None:
    admin = await identity.admin()
    inactive = await identity.user(admin, "salesperson")
    await identity.post(f"/api/v1/users/{inactive['id']}/deactivate", token=admin)
    without = await identity.user(admin, "salesperson", password=None)

    answers = [
        await identity.try_to_sign_in("nobody", PASSWORD),
        await identity.try_to_sign_in("admin", "not the password"),
        await identity.try_to_sign_in(inactive["username"], PASSWORD),
        await identity.try_to_sign_in(without["username"], PASSWORD),
    ]

    assert [status for status, _ in answers] == [401] * 4
    assert all(problem == answers[0][1] for _, problem in answers)
    assert answers[0][1]["code"] == "wrong_credentials"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"username": "admin"}, "/password"),
        ({"password": PASSWORD}, "/username"),
        ({"grant_type": "refresh_token"}, "/refresh_token"),
        ({"grant_type": "magic"}, "/grant_type"),
        ({"username": "admin", "password": {"$ne": ""}}, "/password"),
        ({"username": {"$gt": ""}, "password": PASSWORD}, "/username"),
        ({"username": "admin", "password": PASSWORD, "role": "administrator"}, "/role"),
    ],
)
async def test_a_malformed_sign_in_names_the_field_and_repeats_nothing(
    identity: Identity, body: dict[str, Any], pointer: str
) -> None:
    status, problem = await identity.post("/api/v1/auth/token", body)

    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)
    assert PASSWORD not in json.dumps(problem)


async def test_guessing_locks_the_user_out_for_a_while_whatever_the_password(identity: Identity) -> None:
    user = await identity.user(await identity.admin(), "salesperson")
    for _ in range(5):
        assert (await identity.try_to_sign_in(user["username"], "guess"))[0] == 401

    status, problem = await identity.try_to_sign_in(user["username"], PASSWORD)

    assert (status, problem["code"]) == (429, "too_many_attempts")
    assert 0 < problem["retry_after"] <= 30
    assert (await identity.try_to_sign_in("admin", ADMIN_PASSWORD))[0] == 200


async def test_guessing_at_users_that_do_not_exist_is_answered_alike(identity: Identity) -> None:
    answers = [(await identity.try_to_sign_in("nobody-at-all", "guess"))[0] for _ in range(7)]

    assert answers == [401] * 5 + [429] * 2


async def test_another_copy_of_the_service_knows_who_is_locked_out(fresh: Identity, settings: ServiceSettings) -> None:
    for _ in range(5):
        await fresh.try_to_sign_in("admin", "guess")

    async with running(settings) as other:
        assert (await other.try_to_sign_in("admin", ADMIN_PASSWORD))[0] == 429


async def test_guesses_at_the_same_time_do_not_slip_through_together(identity: Identity) -> None:
    user = await identity.user(await identity.admin(), "salesperson")
    answers = await asyncio.gather(*(identity.try_to_sign_in(user["username"], f"guess {n}") for n in range(20)))

    assert sorted(status for status, _ in answers) == [401] * 5 + [429] * 15


async def test_right_passwords_at_the_same_time_all_sign_in(identity: Identity) -> None:
    answers = await asyncio.gather(*(identity.try_to_sign_in("admin", ADMIN_PASSWORD) for _ in range(12)))

    assert [status for status, _ in answers] == [200] * 12


async def test_one_address_cannot_try_one_password_on_everybody(fresh: Identity) -> None:
    sprayer, subject = {"X_Forwarded_For": "203.0.113.9, 127.0.0.1"}, Subject.address("203.0.113.9")
    for _ in range(subject.free - 1):
        await count(fresh.store, [subject], at=utc_now())
    assert (await fresh.try_to_sign_in("somebody", "guess", **sprayer))[0] == 401

    assert (await fresh.try_to_sign_in("admin", ADMIN_PASSWORD, **sprayer))[0] == 429
    assert (await fresh.try_to_sign_in("admin", ADMIN_PASSWORD))[0] == 200


async def test_an_administrator_unlocks_a_user(identity: Identity) -> None:
    admin = await identity.admin()
    user = await identity.user(admin, "salesperson")
    for _ in range(5):
        await identity.try_to_sign_in(user["username"], "guess")

    assert (await identity.post(f"/api/v1/users/{user['id']}/unlock", token=admin))[0] == 200

    assert (await identity.try_to_sign_in(user["username"], PASSWORD))[0] == 200


@pytest.mark.parametrize("path", ["refresh", "token"])
async def test_a_refresh_token_gives_the_next_tokens(identity: Identity, path: str) -> None:
    first = await identity.sign_in("admin", ADMIN_PASSWORD)
    grant = {"grant_type": "refresh_token"} if path == "token" else {}

    status, second = await identity.post(f"/api/v1/auth/{path}", {"refresh_token": first["refresh_token"], **grant})

    assert status == 200
    assert second["refresh_token"] != first["refresh_token"]
    assert session_of(second) == session_of(first)
    assert not await refused(identity, second["access_token"])


async def test_new_roles_are_in_the_next_token(identity: Identity) -> None:
    admin = await identity.admin()
    user = await identity.user(admin, "salesperson")
    tokens = await identity.sign_in(user["username"])
    await identity.request("PATCH", f"/api/v1/users/{user['id']}", {"roles": ["salesperson", "marketer"]}, token=admin)

    _, refreshed = await identity.post("/api/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]})

    async def has_both() -> bool:
        _, me = await identity.get("/api/v1/me", token=refreshed["access_token"])
        return bool(me["roles"] == ["salesperson", "marketer"])

    await eventually(has_both)


async def test_a_client_that_lost_the_answer_gets_the_same_tokens_again(identity: Identity) -> None:
    first = await identity.sign_in("admin", ADMIN_PASSWORD)
    body = {"refresh_token": first["refresh_token"]}

    answers = await asyncio.gather(*(identity.post("/api/v1/auth/refresh", body) for _ in range(5)))

    assert {status for status, _ in answers} == {200}
    assert len({tokens["refresh_token"] for _, tokens in answers}) == 1


async def test_a_refresh_token_that_comes_back_ends_the_whole_session(identity: Identity, heard: Heard) -> None:
    first = await identity.sign_in("admin", ADMIN_PASSWORD)
    _, second = await identity.post("/api/v1/auth/refresh", {"refresh_token": first["refresh_token"]})
    _, third = await identity.post("/api/v1/auth/refresh", {"refresh_token": second["refresh_token"]})

    status, problem = await identity.post("/api/v1/auth/refresh", {"refresh_token": first["refresh_token"]})

    assert (status, problem["code"]) == (401, "session_ended")
    assert (await identity.post("/api/v1/auth/refresh", {"refresh_token": third["refresh_token"]}))[0] == 401
    await eventually(lambda: refused(identity, third["access_token"]))
    revoked = await heard.eventually("identity.session.revoked", session_of(first))
    assert revoked["data"]["record"]["status_reason"] == "token_reused"


@pytest.mark.parametrize("token", ["", "x", "a.0.b", "access"])
async def test_what_is_no_refresh_token_is_refused(identity: Identity, token: str) -> None:
    tokens = await identity.sign_in("admin", ADMIN_PASSWORD)
    presented = tokens["access_token"] if token == "access" else token

    status, _ = await identity.post("/api/v1/auth/refresh", {"refresh_token": presented})

    assert status in {401, 422}


async def test_a_refresh_token_is_no_access_token(identity: Identity) -> None:
    tokens = await identity.sign_in("admin", ADMIN_PASSWORD)

    assert await refused(identity, tokens["refresh_token"])


async def test_identity_headers_without_a_token_are_worth_nothing(identity: Identity) -> None:
    status, _ = await identity.get("/api/v1/users", X_User_Id="admin", X_Roles="administrator")

    assert status == 401


@pytest.mark.parametrize("by", ["refresh_token", "access_token"])
async def test_signing_out_ends_the_session_and_may_be_repeated(identity: Identity, by: str) -> None:
    tokens = await identity.sign_in("admin", ADMIN_PASSWORD)
    body = {"refresh_token": tokens["refresh_token"]} if by == "refresh_token" else {}
    bearer = tokens["access_token"] if by == "access_token" else None

    status, _ = await identity.post("/api/v1/auth/revoke", body, token=bearer)

    assert status == 204
    await eventually(lambda: refused(identity, tokens["access_token"]))
    assert (await identity.post("/api/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]}))[0] == 401
    assert (await identity.post("/api/v1/auth/revoke", {"refresh_token": tokens["refresh_token"]}))[0] == 204


async def test_users_see_and_end_their_own_sessions_only(identity: Identity) -> None:
    admin = await identity.sign_in("admin", ADMIN_PASSWORD)
    user = await identity.user(admin["access_token"], "salesperson")
    here, there = await identity.sign_in(user["username"]), await identity.sign_in(user["username"])
    token = here["access_token"]

    _, mine = await identity.get("/api/v1/sessions?$count=true", token=token)
    _, everybodys = await identity.get("/api/v1/sessions?$top=1000", token=admin["access_token"])
    foreign = f"/api/v1/sessions/{session_of(admin)}"

    assert {each["id"] for each in mine["value"]} == {session_of(here), session_of(there)}
    assert mine["@odata.count"] == 2
    assert session_of(admin) in {each["id"] for each in everybodys["value"]}
    assert (await identity.get(foreign, token=token))[0] == 404
    assert (await identity.post(f"{foreign}/revoke", token=token))[0] == 404
    assert (await identity.post(f"/api/v1/sessions/{session_of(there)}/revoke", token=token))[0] == 200
    await eventually(lambda: refused(identity, there["access_token"]))
    assert not await refused(identity, token)


async def test_a_session_that_an_administrator_revokes_is_told_to_the_other_services(
    identity: Identity, heard: Heard
) -> None:
    admin = await identity.admin()
    user = await identity.user(admin, "salesperson")
    tokens = await identity.sign_in(user["username"])
    path = f"/api/v1/sessions/{session_of(tokens)}/revoke"

    status, session = await identity.post(path, token=admin)

    assert (status, session["state"], session["status_reason"]) == (200, "revoked", "revoked")
    assert session_of(tokens) in (await identity.get("/internal/revoked_sessions"))[1]["value"]
    await heard.eventually("identity.session.revoked", session_of(tokens))
    status, problem = await identity.post(path, token=admin)
    assert (status, problem["code"], problem["open_actions"]) == (409, "move_not_allowed", [])


async def test_a_sign_in_is_announced_without_any_secret(identity: Identity, heard: Heard) -> None:
    tokens = await identity.sign_in("admin", ADMIN_PASSWORD)
    await identity.post("/api/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]})

    started = await heard.eventually("identity.session.started", session_of(tokens))
    await heard.eventually("identity.session.refreshed", session_of(tokens))
    everything = b"".join(heard.bodies).decode()
    assert started["actorid"] == started["data"]["record"]["user_id"]
    for secret in (ADMIN_PASSWORD, "argon2", tokens["access_token"], tokens["refresh_token"].rpartition(".")[2]):
        assert secret not in everything


async def test_a_token_that_asks_for_no_algorithm_is_refused(identity: Identity) -> None:
    _, payload, _ = (await identity.admin()).split(".")
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt","kid":"x"}').rstrip(b"=").decode()

    assert await refused(identity, f"{header}.{payload}.")


async def test_sessions_that_ended_long_ago_go_by_themselves(identity: Identity) -> None:
    indexes = await identity.store.collection("sessions").index_information()

    assert 90 * 24 * 3600 in [index.get("expireAfterSeconds") for index in indexes.values()]
