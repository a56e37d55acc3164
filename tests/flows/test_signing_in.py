"""Signing in, and the end of a sign-in everywhere at once."""

from collections.abc import Awaitable, Callable

import pytest
from aiohttp import ClientSession

from deploy.local.stack import Stack
from tests.flows.people import PASSWORD, Organisation
from tests.flows.stories import SOON
from tests.support.calling import READABLE, Caller, sign_in
from tests.support.waiting import eventually


async def test_a_sign_in_gives_an_access_and_a_refresh_token(organisation: Organisation) -> None:
    tokens = await organisation.tokens(await organisation.hire("salesperson"))

    assert tokens["access_token"]
    assert tokens["refresh_token"]
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] > 0


async def test_a_wrong_password_is_refused(organisation: Organisation, stranger: Caller) -> None:
    username = await organisation.hire("salesperson")

    refused = await stranger.ask("POST", "auth/token", {"username": username, "password": "not this one, at all"})

    assert refused.status == 401


async def test_me_tells_who_is_signed_in(organisation: Organisation) -> None:
    username = await organisation.hire("salesperson")
    tokens = await organisation.tokens(username)

    me = await Caller(organisation.session, organisation.url, tokens["access_token"]).get("me")

    assert (me["username"], me["roles"], me["via"]) == (username, ["salesperson"], "ui")


async def test_a_refresh_token_gives_the_next_tokens(organisation: Organisation, stranger: Caller) -> None:
    first = await organisation.tokens(await organisation.hire("salesperson"))

    second = await stranger.post("auth/refresh", {"refresh_token": first["refresh_token"]})

    me = await Caller(organisation.session, organisation.url, second["access_token"]).get("me")
    assert me["roles"] == ["salesperson"]


async def test_whoever_has_only_the_refresh_token_left_can_sign_out(
    organisation: Organisation, stranger: Caller
) -> None:
    tokens = await organisation.tokens(await organisation.hire("salesperson"))

    signed_out = await stranger.ask("POST", "auth/revoke", {"refresh_token": tokens["refresh_token"]})

    assert signed_out.status == 204


@pytest.mark.parametrize("service", sorted(READABLE.keys() - {"gateway"}))
async def test_a_revoked_sign_in_is_refused_by_every_service_within_seconds(
    service: str, suite: Stack, organisation: Organisation, session: ClientSession
) -> None:
    tokens = await organisation.tokens(await organisation.hire("administrator"))
    direct = Caller(session, suite.url(service), tokens["access_token"])
    path = READABLE[service]
    before = await direct.ask("GET", path)

    await Caller(session, organisation.url, tokens["access_token"]).post("auth/revoke", {})

    await eventually(answering(direct, path, 401), within=SOON)
    assert before.status == 200


async def test_a_new_password_ends_the_sign_ins_with_the_old_one(organisation: Organisation) -> None:
    username = await organisation.hire("salesperson")
    caller = await signed_in(organisation, username)
    me = await caller.get("me")

    await organisation.admin.post(f"users/{me['id']}/set_password", {"password": f"{PASSWORD}, three wheels"})

    await eventually(answering(caller, "leads", 401), within=SOON)


async def signed_in(organisation: Organisation, username: str) -> Caller:
    tokens = await sign_in(organisation.session, organisation.url, username, PASSWORD)
    return Caller(organisation.session, organisation.url, tokens["access_token"])


def answering(caller: Caller, path: str, status: int) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return (await caller.ask("GET", path)).status == status

    return ask
