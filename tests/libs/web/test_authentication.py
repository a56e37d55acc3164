from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler
from joserfc.jwk import KeySet, OKPKey

from libs.domain.refusals import TooManyRequests, Unauthenticated, Unavailable
from libs.web.authentication import CACHED_CALLERS, CACHED_FOR, Authenticator, Caller
from libs.web.identity_client import IdentityClient
from libs.web.tokens import AccessClaims, sign

START = 1_800_000_000.0


def signing_key(kid: str) -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": kid})


@dataclass
class IdentityServer:
    """What identity publishes, over HTTP, and how often it was asked."""

    keys: list[OKPKey] = field(default_factory=lambda: [signing_key("first")])
    revoked: list[str] = field(default_factory=list)
    api_keys: dict[str, str] = field(default_factory=dict)
    status: int = 200
    asked: list[str] = field(default_factory=list)

    def application(self) -> web.Application:
        @web.middleware
        async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
            self.asked.append(request.path.rpartition("/")[2])
            if self.status != 200:
                return web.Response(status=self.status, headers={"Retry-After": "7"})
            return await handler(request)

        app = web.Application(middlewares=[count])
        app.router.add_get("/api/v1/auth/jwks.json", self.answer_keys)
        app.router.add_get("/internal/revoked_sessions", self.answer_revoked)
        app.router.add_post("/api/v1/auth/exchange", self.answer_exchange)
        return app

    async def answer_keys(self, _: web.Request) -> web.Response:
        return web.json_response(KeySet([*self.keys]).as_dict(private=False))

    async def answer_revoked(self, _: web.Request) -> web.Response:
        return web.json_response({"value": self.revoked})

    async def answer_exchange(self, request: web.Request) -> web.Response:
        token = self.api_keys.get(request.headers["X-API-Key"])
        return web.Response(status=401) if token is None else web.json_response({"access_token": token})


@dataclass
class Clock:
    time: float = START

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def identity() -> IdentityServer:
    return IdentityServer()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def authenticator(identity: IdentityServer, clock: Clock) -> AsyncIterator[Authenticator]:
    async with TestServer(identity.application()) as server:
        client = IdentityClient(str(server.make_url("/")))
        authenticator = Authenticator(client, now=clock)
        await authenticator.start()
        identity.asked.clear()
        yield authenticator
        await authenticator.close()
        await client.close()


def token(key: OKPKey, *, session_id: str = "session-1", lasts: int = 600, via: str = "ui") -> str:
    claims = {"sub": "user-1", "name": "Ada", "roles": ("salesperson",), "sid": session_id, "via": via}
    times = {"iat": int(START), "exp": int(START) + lasts}
    return sign(AccessClaims.model_validate(claims | times), key)


def bearer(key: OKPKey, *, session_id: str = "session-1", lasts: int = 600) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(key, session_id=session_id, lasts=lasts)}"}


async def test_a_token_tells_who_is_calling(authenticator: Authenticator, identity: IdentityServer) -> None:
    caller = await authenticator.authenticate(bearer(identity.keys[0]))

    assert caller == Caller("user-1", "Ada", ("salesperson",), "session-1", "ui")


async def test_a_token_seen_before_is_not_verified_again(
    authenticator: Authenticator, identity: IdentityServer
) -> None:
    headers = bearer(identity.keys[0])

    assert await authenticator.authenticate(headers) is await authenticator.authenticate(headers)
    assert identity.asked == []


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Basic YTpi"},
     {"X-User-Id": "user-1"}, {"Authorization": "Bearer a.b.c"}],
    ids=str,
)  # fmt: skip
async def test_requests_without_a_good_token_are_refused(authenticator: Authenticator, headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        await authenticator.authenticate(headers)


async def test_a_remembered_token_ends_when_it_expires(
    authenticator: Authenticator, identity: IdentityServer, clock: Clock
) -> None:
    headers = bearer(identity.keys[0], lasts=60)
    await authenticator.authenticate(headers)

    clock.time += 70
    with pytest.raises(Unauthenticated, match="expired"):
        await authenticator.authenticate(headers)


async def test_a_token_is_verified_anew_after_five_minutes(
    authenticator: Authenticator, identity: IdentityServer, clock: Clock
) -> None:
    headers = bearer(identity.keys[0])
    first = await authenticator.authenticate(headers)

    clock.time += CACHED_FOR + 1
    again = await authenticator.authenticate(headers)

    assert again == first
    assert again is not first


async def test_a_revoked_session_is_refused_at_once_though_remembered(
    authenticator: Authenticator, identity: IdentityServer
) -> None:
    headers, other = bearer(identity.keys[0]), bearer(identity.keys[0], session_id="session-2")
    await authenticator.authenticate(headers)
    await authenticator.authenticate(other)

    authenticator.revoke("session-1")

    with pytest.raises(Unauthenticated, match="revoked"):
        await authenticator.authenticate(headers)
    assert (await authenticator.authenticate(other)).session_id == "session-2"


async def test_a_revocation_that_was_not_heard_is_found_by_reloading(
    authenticator: Authenticator, identity: IdentityServer
) -> None:
    headers = bearer(identity.keys[0])
    await authenticator.authenticate(headers)

    identity.revoked = ["session-1"]
    await authenticator.reload_revoked()

    with pytest.raises(Unauthenticated, match="revoked"):
        await authenticator.authenticate(headers)


async def test_reloading_keeps_what_was_heard_meanwhile_and_drops_what_is_over(
    authenticator: Authenticator, identity: IdentityServer, clock: Clock
) -> None:
    identity.revoked = ["session-1"]
    await authenticator.reload_revoked()
    authenticator.revoke("session-2")

    identity.revoked = []
    await authenticator.reload_revoked()

    assert (await authenticator.authenticate(bearer(identity.keys[0]))).session_id == "session-1"
    with pytest.raises(Unauthenticated):
        await authenticator.authenticate(bearer(identity.keys[0], session_id="session-2"))


async def test_a_reload_that_fails_keeps_what_is_revoked(
    authenticator: Authenticator, identity: IdentityServer
) -> None:
    identity.revoked = ["listed"]
    await authenticator.reload_revoked()
    authenticator.revoke("heard")

    identity.status = 503
    await authenticator.reload_revoked()

    for session_id in ("listed", "heard"):
        with pytest.raises(Unauthenticated, match="revoked"):
            await authenticator.authenticate(bearer(identity.keys[0], session_id=session_id))


async def test_a_new_signing_key_is_fetched_when_first_met(
    authenticator: Authenticator, identity: IdentityServer, clock: Clock
) -> None:
    identity.keys.append(signing_key("second"))
    clock.time += 11

    assert (await authenticator.authenticate(bearer(identity.keys[1]))).user_id == "user-1"


async def test_tokens_of_strangers_do_not_make_us_ask_each_time(
    authenticator: Authenticator, identity: IdentityServer, clock: Clock
) -> None:
    clock.time += 11
    for number in range(5):
        with pytest.raises(Unauthenticated):
            await authenticator.authenticate(bearer(signing_key(f"stranger-{number}")))

    assert identity.asked == ["jwks.json"]


async def test_no_more_than_the_bound_is_remembered_and_the_least_used_go_first(
    authenticator: Authenticator, identity: IdentityServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("libs.web.authentication.CACHED_CALLERS", 3)
    headers = [bearer(identity.keys[0], session_id=f"session-{number}") for number in range(4)]
    first = [await authenticator.authenticate(each) for each in headers[:3]]

    await authenticator.authenticate(headers[0])
    await authenticator.authenticate(headers[3])

    assert CACHED_CALLERS > 3
    assert await authenticator.authenticate(headers[0]) is first[0]
    assert await authenticator.authenticate(headers[1]) is not first[1]


async def test_an_api_key_is_exchanged_once_for_many_requests(
    authenticator: Authenticator, identity: IdentityServer
) -> None:
    identity.api_keys["key-1"] = token(identity.keys[0], session_id="api-key-1", via="api_key")

    callers = [await authenticator.authenticate({"X-API-Key": "key-1"}) for _ in range(3)]

    assert {caller.via for caller in callers} == {"api_key"}
    assert identity.asked == ["exchange"]


async def test_a_revoked_api_key_is_refused(authenticator: Authenticator, identity: IdentityServer) -> None:
    identity.api_keys["key-1"] = token(identity.keys[0], session_id="api-key-1", via="api_key")
    await authenticator.authenticate({"X-API-Key": "key-1"})

    authenticator.revoke("api-key-1")

    with pytest.raises(Unauthenticated):
        await authenticator.authenticate({"X-API-Key": "key-1"})


async def test_a_wrong_api_key_is_refused(authenticator: Authenticator) -> None:
    with pytest.raises(Unauthenticated, match="API key"):
        await authenticator.authenticate({"X-API-Key": "guess"})


@pytest.mark.parametrize(("status", "refusal"), [(429, TooManyRequests), (500, Unavailable), (404, Unavailable)])
async def test_trouble_in_an_exchange_is_told_as_it_is(
    authenticator: Authenticator, identity: IdentityServer, status: int, refusal: type[Exception]
) -> None:
    identity.status = status

    with pytest.raises(refusal):
        await authenticator.authenticate({"X-API-Key": "key-1"})


async def test_a_start_without_identity_answers_unavailable_and_recovers_by_itself(clock: Clock) -> None:
    identity = IdentityServer(status=503)
    async with TestServer(identity.application()) as server:
        client = IdentityClient(str(server.make_url("/")))
        authenticator = Authenticator(client, now=clock)
        await authenticator.start()
        with pytest.raises(Unavailable):
            await authenticator.authenticate(bearer(identity.keys[0]))

        identity.status = 200
        clock.time += 2
        caller = await authenticator.authenticate(bearer(identity.keys[0]))
        await authenticator.close()
        await client.close()

    assert caller.user_id == "user-1"


async def test_an_identity_service_that_cannot_be_reached_is_unavailable() -> None:
    client = IdentityClient("http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        await client.signing_keys()
    await client.close()
