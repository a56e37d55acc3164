"""A code of an authenticator app beside the password."""

from datetime import UTC, datetime
from typing import Any

import pyotp

from tests.services.identity.running import PASSWORD, Heard, Identity

OWN = "/api/v1/me/second_factor"


async def try_code(identity: Identity, username: str, code: str | None) -> tuple[int, Any]:
    body = {"username": username, "password": PASSWORD, **({"code": code} if code else {})}
    return await identity.post("/api/v1/auth/token", body)


async def given_factor(identity: Identity) -> tuple[dict[str, Any], str, pyotp.TOTP]:
    """A user who has set a second factor up by the code before the present one, their token, and their app."""
    user = await identity.user(await identity.admin(), "salesperson")
    token = (await identity.sign_in(user["username"]))["access_token"]
    _, offered = await identity.post(OWN, {"current_password": PASSWORD}, token=token)
    app = pyotp.TOTP(offered["secret"])
    for _ in range(2):  # the time of the next code may come while this one is on its way
        status, answer = await identity.post(f"{OWN}/confirm", {"code": _before(app)}, token=token)
        if status == 204:
            break
    assert status == 204, answer
    return user, token, app


def _before(app: pyotp.TOTP) -> str:
    return app.at(datetime.now(UTC), counter_offset=-1)


async def test_the_code_is_asked_for_once_the_app_has_shown_one(identity: Identity, heard: Heard) -> None:
    user, _, app = await given_factor(identity)
    username = user["username"]

    status, problem = await try_code(identity, username, None)
    wrong, _ = await try_code(identity, username, "000000" if app.now() != "000000" else "111111")
    right, _ = await try_code(identity, username, app.now())

    assert (status, problem["code"]) == (401, "second_factor_required")
    assert (wrong, right) == (401, 200)
    await heard.eventually("identity.user.second_factor_added", user["id"])
    assert app.secret not in str(heard.bodies)


async def test_a_code_is_good_for_one_sign_in(identity: Identity) -> None:
    user, _, app = await given_factor(identity)
    code = app.now()

    statuses = [(await try_code(identity, user["username"], code))[0] for _ in range(2)]

    assert statuses == [200, 401]


async def test_a_wrong_password_does_not_tell_of_the_second_factor(identity: Identity) -> None:
    user, _, _ = await given_factor(identity)

    status, problem = await identity.try_to_sign_in(user["username"], "wrong one")

    assert (status, problem["code"]) == (401, "wrong_credentials")


async def test_codes_are_not_for_guessing(identity: Identity) -> None:
    user, _, app = await given_factor(identity)
    wrong = "000000" if app.now() != "000000" else "111111"

    answers = [(await try_code(identity, user["username"], wrong))[0] for _ in range(7)]

    assert answers[-1] == 429


async def test_an_offer_that_is_not_confirmed_asks_for_nothing(identity: Identity) -> None:
    user = await identity.user(await identity.admin(), "salesperson")
    token = (await identity.sign_in(user["username"]))["access_token"]

    refused = await identity.post(OWN, {"current_password": "wrong one"}, token=token)
    await identity.post(OWN, {"current_password": PASSWORD}, token=token)
    confirmed = await identity.post(f"{OWN}/confirm", {"code": "000000"}, token=token)

    assert (refused[0], refused[1]["errors"][0]["pointer"]) == (422, "/current_password")
    assert (confirmed[0], confirmed[1]["errors"][0]["pointer"]) == (422, "/code")
    assert (await try_code(identity, user["username"], None))[0] == 200


async def test_it_is_removed_by_its_user_or_by_an_administrator(identity: Identity) -> None:
    first, token, _ = await given_factor(identity)
    second, _, _ = await given_factor(identity)

    again, problem = await identity.post(OWN, {"current_password": PASSWORD}, token=token)
    own, _ = await identity.post(f"{OWN}/remove", {"current_password": PASSWORD}, token=token)
    path = f"/api/v1/users/{second['id']}/remove_second_factor"
    others, _ = await identity.post(path, token=await identity.admin())

    assert (again, problem["code"]) == (409, "second_factor_set_up")
    assert (own, others) == (204, 200)
    for user in (first, second):
        assert (await try_code(identity, user["username"], None))[0] == 200
