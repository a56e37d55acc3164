"""Real servers that stand for the services behind the gateway, and the gateway before them."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientResponse, ClientSession, TraceConfig, TraceRequestEndParams, web
from joserfc.jwk import KeySet, OKPKey

from libs.domain.directory import DirectoryDocument
from libs.web.identity_client import DIRECTORY_PATH
from libs.web.tokens import AccessClaims, sign
from services.gateway.app import make_app, site
from services.gateway.ownership import Service
from services.gateway.settings import GatewaySettings
from tests.support.services import default_directory

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

API_KEY = "tk_valid"


@dataclass(frozen=True)
class Seen:
    """One request as a service saw it."""

    service: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Services:
    """All services in one server; it echoes, but for what `answers` says by path."""

    key: OKPKey = field(default_factory=lambda: OKPKey.generate_key("Ed25519", {"kid": "k1"}))
    answers: dict[str, Handler] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    exchanges: int = 0
    revoked: list[str] = field(default_factory=list)
    people: DirectoryDocument = field(default_factory=default_directory)
    url: str = ""

    def token(self, user_id: str = "u1", *roles: str, seconds: int = 300) -> str:
        now = int(time.time())
        claims = AccessClaims(
            sub=user_id, name="Ann", roles=roles, sid=f"s-{user_id}", via="ui", iat=now, exp=now + seconds
        )
        return sign(claims, self.key)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=1 << 30)
        app.router.add_get("/{service}/api/v1/auth/jwks.json", self._jwks)
        app.router.add_get("/{service}/internal/revoked_sessions", self._revoked)
        app.router.add_get("/{service}" + DIRECTORY_PATH, self._directory)
        app.router.add_post("/{service}/api/v1/auth/exchange", self._exchange)
        app.router.add_route("*", "/{service}/{path:.*}", self._answer)
        return app

    async def _jwks(self, _: web.Request) -> web.Response:
        return web.json_response(KeySet([self.key]).as_dict(private=False))

    async def _revoked(self, _: web.Request) -> web.Response:
        return web.json_response({"value": self.revoked})

    async def _directory(self, _: web.Request) -> web.Response:
        return web.json_response(text=self.people.model_dump_json(by_alias=True))

    async def _exchange(self, request: web.Request) -> web.Response:
        self.exchanges += 1
        if request.headers.get("X-API-Key") != API_KEY:
            return web.json_response({"code": "unauthenticated"}, status=401)
        return web.json_response({"access_token": self.token("robot", "administrator"), "expires_in": 300})

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        handler = self.answers.get(path)
        if handler is not None:
            return await handler(request)
        body = await request.read()
        service = request.match_info["service"]
        raw = request.raw_path.removeprefix(f"/{service}")
        self.seen.append(Seen(service, request.method, raw, dict(request.headers), body))
        return web.json_response({"service": service, "size": len(body)}, headers={"ETag": '"3"'})


@dataclass(frozen=True)
class Running:
    """The gateway on a port of its own, and a client that sends no headers by itself."""

    url: str
    host: str
    port: int
    runner: web.AppRunner
    client: ClientSession
    services: Services

    def bearer(self, user_id: str = "u1", *roles: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.services.token(user_id, *roles)}"}


@asynccontextmanager
async def listening(app: web.Application) -> AsyncIterator[str]:
    """A plain server on a free port."""
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{site.port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def running(revoked: Sequence[str] = (), **settings: Any) -> AsyncIterator[Running]:
    """The gateway in front of all services, served as in production, with settings as given."""
    services = Services(revoked=[*revoked])
    async with AsyncExitStack() as stack:
        services.url = await stack.enter_async_context(listening(services.app()))
        upstreams = {f"upstream_{service}": f"{services.url}/{service}" for service in Service}
        chosen = GatewaySettings(**({"http_port": 0, "drain_seconds": 2} | upstreams | settings))
        runner = web.AppRunner(await make_app(chosen), **chosen.server_options)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await site(runner, chosen).start()
        host, port = runner.addresses[0]
        url = f"http://{host}:{port}"
        client = await stack.enter_async_context(_tidy_client(url))
        yield Running(url, host, port, runner, client, services)


@asynccontextmanager
async def _tidy_client(url: str) -> AsyncIterator[ClientSession]:
    """Closes the answers whose bodies a test did not want to read."""
    answers: list[ClientResponse] = []

    async def keep(_: ClientSession, __: object, ended: TraceRequestEndParams) -> None:
        answers.append(ended.response)

    requests = TraceConfig()
    requests.on_request_end.append(keep)
    async with ClientSession(url, auto_decompress=False, trace_configs=[requests]) as client:
        yield client
        for answer in answers:
            answer.close()
