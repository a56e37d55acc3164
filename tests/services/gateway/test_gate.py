"""Who may pass, how often, and how many at once."""

import asyncio

import pytest
from aiohttp import web

from libs.web.access import ROLES
from services.gateway.gate import GATE
from services.gateway.public_paths import PUBLIC
from tests.libs.bus.conditions import eventually
from tests.services.gateway.upstream import API_KEY, Running, running


async def code_of(gateway: Running, path: str, headers: dict[str, str]) -> tuple[int, str]:
    answer = await gateway.client.get(path, headers=headers)
    assert answer.content_type == "application/problem+json"
    return answer.status, (await answer.json(content_type=None))["code"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer nonsense"},
        {"X-API-Key": "tk_wrong"},
        {"X-User-Id": "administrator", "X-Roles": "administrator"},
    ],
)
async def test_without_a_valid_credential_nothing_is_asked_of_a_service(
    gateway: Running, headers: dict[str, str]
) -> None:
    assert await code_of(gateway, "/api/v1/leads", headers) == (401, "unauthenticated")
    assert gateway.services.seen == []


async def test_an_expired_token_is_refused(gateway: Running) -> None:
    expired = {"Authorization": f"Bearer {gateway.services.token(seconds=-60)}"}

    assert await code_of(gateway, "/api/v1/leads", expired) == (401, "unauthenticated")


@pytest.mark.parametrize(("method", "path"), sorted(PUBLIC))
async def test_declared_public_paths_pass_without_a_token(gateway: Running, method: str, path: str) -> None:
    answer = await gateway.client.request(method, path, headers={"X-API-Key": API_KEY})

    assert answer.status == 200


async def test_a_path_with_a_token_is_public_whatever_the_token_is_and_nothing_behind_it(gateway: Running) -> None:
    for path in ("/api/v1/quote_links/0192.c2ln", "/api/v1/quote_links/0192.c2ln/pdf"):
        assert (await gateway.client.get(path)).status == 200

    for path in ("/api/v1/quote_links", "/api/v1/quote_links/0192/accept", "/api/v1/quote_links/0192/pdf/x"):
        assert await code_of(gateway, path, {}) == (401, "unauthenticated")
    assert await code_of(gateway, "/api/v1/quotes/0192/pdf", {}) == (401, "unauthenticated")


async def test_a_public_path_is_public_for_its_method_only(gateway: Running) -> None:
    assert await code_of(gateway, "/api/v1/auth/token", {}) == (401, "unauthenticated")


async def test_an_event_stream_with_a_ticket_needs_no_token(gateway: Running) -> None:
    assert (await gateway.client.get("/api/v1/events/stream?ticket=t")).status == 200
    assert await code_of(gateway, "/api/v1/events/stream", {}) == (401, "unauthenticated")


@pytest.mark.parametrize("path", ["/api/v1/unknown", "/elsewhere", "/api/v2/leads"])
async def test_unknown_paths_are_a_404_also_for_strangers(gateway: Running, path: str) -> None:
    status, _ = await code_of(gateway, path, {})

    assert status == 404


async def test_a_shared_list_of_no_service_is_a_422(gateway: Running) -> None:
    assert await code_of(gateway, "/api/v1/jobs", gateway.bearer()) == (422, "invalid_fields")


async def test_an_api_key_goes_on_as_the_token_it_was_exchanged_for(gateway: Running) -> None:
    for _ in range(3):
        answer = await gateway.client.get("/api/v1/leads", headers={"X-API-Key": API_KEY})
        assert answer.status == 200

    seen = gateway.services.seen[0].headers
    assert seen["Authorization"].startswith("Bearer eyJ")
    assert "X-API-Key" not in seen
    assert gateway.services.exchanges == 1


async def test_requests_that_come_together_share_one_exchange(gateway: Running) -> None:
    asked = [gateway.client.get("/api/v1/leads", headers={"X-API-Key": API_KEY}) for _ in range(10)]

    assert {answer.status for answer in await asyncio.gather(*asked)} == {200}
    assert gateway.services.exchanges == 1


async def test_a_wrong_key_is_not_asked_about_again_at_once(gateway: Running) -> None:
    for _ in range(3):
        await code_of(gateway, "/api/v1/leads", {"X-API-Key": "tk_wrong"})

    assert gateway.services.exchanges == 1


async def test_a_caller_who_asks_too_often_is_told_when_to_come_back() -> None:
    async with running(requests_per_second=0.1, request_burst=2) as gateway:
        headers = gateway.bearer("ann")
        first = await gateway.client.get("/api/v1/leads", headers=headers)
        assert first.headers["RateLimit-Policy"] == '"caller";q=2;w=20;scope="copy"'
        assert first.headers["RateLimit"] == '"caller";r=1;t=10'
        await gateway.client.get("/api/v1/leads", headers=headers)

        refused = await gateway.client.get("/api/v1/leads", headers=headers)

        assert refused.status == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 10
        assert (await refused.json(content_type=None))["code"] == "too_many_requests"
        assert (await gateway.client.get("/api/v1/leads", headers=gateway.bearer("bob"))).status == 200


async def test_guessing_credentials_is_counted_by_address() -> None:
    async with running(public_requests_per_second=0.1, public_request_burst=3) as gateway:
        wrong = [
            (await gateway.client.get("/api/v1/leads", headers={"Authorization": f"Bearer {number}"})).status
            for number in range(5)
        ]

        assert wrong == [401, 401, 401, 429, 429]
        assert (await gateway.client.post("/api/v1/auth/token")).status == 429
        assert (await gateway.client.get("/api/v1/leads", headers=gateway.bearer())).status == 200


async def test_behind_an_own_proxy_callers_are_told_apart_by_the_address_it_wrote() -> None:
    async with running(trusted_proxies=1, public_requests_per_second=0.1, public_request_burst=1) as gateway:
        first = {"X-Forwarded-For": "forged, 192.0.2.1"}
        second = {"X-Forwarded-For": "forged, 192.0.2.2"}

        assert (await gateway.client.post("/api/v1/auth/token", headers=first)).status == 200
        assert (await gateway.client.post("/api/v1/auth/token", headers=first)).status == 429
        assert (await gateway.client.post("/api/v1/auth/token", headers=second)).status == 200
        assert gateway.services.seen[0].headers["X-Forwarded-For"] == "192.0.2.1, 127.0.0.1"


async def test_beyond_what_a_copy_holds_requests_are_shed() -> None:
    async with running(most_requests=2, most_requests_per_service=2) as gateway:
        waiting, done = asyncio.Semaphore(0), asyncio.Event()

        async def work(_: web.Request) -> web.Response:
            waiting.release()
            await done.wait()
            return web.Response()

        gateway.services.answers["/api/v1/leads"] = work
        headers = gateway.bearer()
        held = [asyncio.create_task(gateway.client.get("/api/v1/leads", headers=headers).__aenter__()) for _ in "12"]
        for _ in held:
            await waiting.acquire()

        refused = await gateway.client.get("/api/v1/cases", headers=headers)
        done.set()

        assert refused.status == 503
        assert refused.headers["Retry-After"] == "1"
        assert (await refused.json(content_type=None))["code"] == "overloaded"
        assert [(await task).status for task in held] == [200, 200]
        await eventually(lambda: _nothing_under_way(gateway))
        assert (await gateway.client.get("/api/v1/cases", headers=headers)).status == 200


def _nothing_under_way(gateway: Running) -> bool:
    return gateway.runner.app[GATE].requests.taken == 0


async def test_one_slow_service_does_not_hold_the_whole_gateway() -> None:
    async with running(most_requests=10, most_requests_per_service=1) as gateway:
        reached, done = asyncio.Event(), asyncio.Event()

        async def work(_: web.Request) -> web.Response:
            reached.set()
            await done.wait()
            return web.Response()

        gateway.services.answers["/api/v1/leads"] = work
        headers = gateway.bearer()
        held = asyncio.create_task(gateway.client.get("/api/v1/leads", headers=headers).__aenter__())
        await reached.wait()

        assert (await gateway.client.get("/api/v1/contacts", headers=headers)).status == 503
        assert (await gateway.client.get("/api/v1/cases", headers=headers)).status == 200
        done.set()
        assert (await held).status == 200


async def test_a_revoked_sign_in_is_refused() -> None:
    async with running(revoked=["s-ann"]) as gateway:
        assert (await code_of(gateway, "/api/v1/leads", gateway.bearer("ann")))[0] == 401
        assert (await gateway.client.get("/api/v1/leads", headers=gateway.bearer("bob"))).status == 200


async def test_work_areas_show_what_the_callers_roles_may_read(gateway: Running) -> None:
    everything = await gateway.client.get("/api/v1/work_areas", headers=gateway.bearer("root", "administrator"))
    areas = (await everything.json())["value"]

    assert [area["name"] for area in areas] == ["Sales", "Service", "Marketing", "Settings"]
    assert [area["default"] for area in areas] == [True, False, False, False]
    customers = next(group for group in areas[0]["groups"] if group["name"] == "Customers")
    assert customers["collections"][0] == {"name": "accounts", "title": "Accounts", "href": "/api/v1/accounts"}


@pytest.mark.parametrize("role", sorted(ROLES))
async def test_of_the_settings_a_role_sees_what_it_changes(gateway: Running, role: str) -> None:
    answer = await gateway.client.get("/api/v1/work_areas", headers=gateway.bearer("ann", role))
    sales, service, marketing, *settings = (await answer.json())["value"]

    assert [area["name"] for area in (sales, service, marketing)] == ["Sales", "Service", "Marketing"]
    shown = [each["name"] for area in settings for group in area["groups"] for each in group["collections"]]
    assert shown == (["pipelines"] if role == "sales_manager" else [])


async def test_work_areas_need_a_sign_in_and_count(gateway: Running) -> None:
    assert await code_of(gateway, "/api/v1/work_areas", {}) == (401, "unauthenticated")
    answer = await gateway.client.get("/api/v1/work_areas", headers=gateway.bearer())
    assert "RateLimit" in answer.headers
    assert (await answer.json())["value"] == []


async def test_the_page_of_a_configured_origin_may_call() -> None:
    async with running(allowed_origins=["https://crm.example"]) as gateway:
        ask = {"Origin": "https://crm.example", "Access-Control-Request-Method": "PATCH"}

        preflight = await gateway.client.options("/api/v1/leads/1", headers=ask)
        answer = await gateway.client.get("/api/v1/leads", headers=gateway.bearer() | {"Origin": "https://crm.example"})
        refused = await gateway.client.get("/api/v1/leads", headers={"Origin": "https://crm.example"})

        assert preflight.status == 204
        assert "PATCH" in preflight.headers["Access-Control-Allow-Methods"]
        assert "Idempotency-Key" in preflight.headers["Access-Control-Allow-Headers"]
        for each in (preflight, answer, refused):
            assert each.headers["Access-Control-Allow-Origin"] == "https://crm.example"
            assert "Origin" in each.headers.getall("Vary")
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
        assert refused.status == 401


async def test_the_page_of_another_origin_may_not() -> None:
    async with running(allowed_origins=["https://crm.example"]) as gateway:
        ask = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}

        preflight = await gateway.client.options("/api/v1/leads", headers=ask)
        answer = await gateway.client.get("/api/v1/leads", headers=gateway.bearer() | {"Origin": ask["Origin"]})

        assert "Access-Control-Allow-Origin" not in preflight.headers
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_health_is_told_without_a_sign_in(gateway: Running) -> None:
    assert (await gateway.client.get("/healthz")).status == 200
    assert (await gateway.client.get("/readyz")).status == 200
    metrics = await (await gateway.client.get("/metrics")).text()
    assert "http_requests_total" in metrics


async def test_without_identity_it_is_not_ready_and_tokens_cannot_be_checked() -> None:
    async with running(upstream_identity="http://127.0.0.1:9") as gateway:
        assert (await gateway.client.get("/readyz")).status == 503
        assert (await code_of(gateway, "/api/v1/leads", gateway.bearer()))[0] == 503
        assert gateway.services.seen == []
