"""Runs the identity service in the test's own process, and the people who ask it."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from libs.bus.settings import BusSettings
from libs.store.store import Store
from libs.web.executing import STORE
from libs.web.settings import Environment, ServiceSettings
from services.identity.app import make_app
from tests.support.services import empty_queues, eventually_ready
from tests.support.waiting import PATIENCE, eventually

ADMIN_PASSWORD = "correct horse battery"
PASSWORD = "blaue Berge im Mai"


@dataclass
class Identity:
    """A running identity service, and people who ask it."""

    url: str
    session: ClientSession
    store: Store
    names: "count[int]" = field(default_factory=lambda: count(1))

    async def request(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str
    ) -> tuple[int, Any]:
        """The status and the JSON body, None where there is none."""
        sent = {"Authorization": f"Bearer {token}"} if token else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(method, self.url + path, json=body, headers=sent) as response:
            text = await response.read()
            return response.status, json.loads(text) if text else None

    async def get(self, path: str, *, token: str | None = None, **headers: str) -> tuple[int, Any]:
        return await self.request("GET", path, token=token, **headers)

    async def post(self, path: str, body: Any = None, *, token: str | None = None, **headers: str) -> tuple[int, Any]:
        return await self.request("POST", path, body, token=token, **headers)

    async def try_to_sign_in(self, username: str, password: str, **headers: str) -> tuple[int, Any]:
        return await self.post("/api/v1/auth/token", {"username": username, "password": password}, **headers)

    async def sign_in(self, username: str, password: str = PASSWORD) -> dict[str, Any]:
        status, tokens = await self.try_to_sign_in(username, password)
        assert status == 200, tokens
        return dict(tokens)

    async def admin(self) -> str:
        """An access token of the administrator."""
        return str((await self.sign_in("admin", ADMIN_PASSWORD))["access_token"])

    async def user(self, admin: str, *roles: str, password: str | None = PASSWORD) -> dict[str, Any]:
        """A new user with these roles, and this password unless it is None."""
        username = f"user-{next(self.names)}"
        body = {"username": username, "name": f"The {username}", "roles": roles}
        status, user = await self.post("/api/v1/users", body, token=admin)
        assert status == 201, user
        if password is not None:
            path = f"/api/v1/users/{user['id']}/set_password"
            status, user = await self.post(path, {"password": password}, token=admin)
            assert status == 200, user
        return dict(user)


def settings_for(mongo_url: str, amqp_url: str, database: str, directory: Path, **changes: Any) -> ServiceSettings:
    settings = {
        "environment": Environment.DEVELOPMENT,
        "mongo_url": mongo_url,
        "amqp_url": amqp_url,
        "database_prefix": database,
        "database_seconds": PATIENCE,
        "audience": (),
        "admin_password": SecretStr(ADMIN_PASSWORD),
        "signing_key_file": directory / "signing_key.pem",
    }
    return ServiceSettings.model_validate(settings | changes)


@asynccontextmanager
async def running(settings: ServiceSettings) -> AsyncIterator[Identity]:
    """One copy of the service; afterwards its queues are empty."""
    async with AsyncExitStack() as stack:
        app = await make_app(settings)
        stack.push_async_callback(empty_queues, app, settings.amqp_url)
        server = await stack.enter_async_context(TestServer(app))
        session = await stack.enter_async_context(ClientSession())
        url = str(server.make_url("")).rstrip("/")
        await eventually_ready(session, url)
        yield Identity(url, session, app[STORE])


@dataclass
class Heard:
    """Events as a subscriber gets them."""

    bodies: list[bytes] = field(default_factory=list)

    def about(self, record_id: str) -> list[dict[str, Any]]:
        events = [json.loads(body) for body in self.bodies]
        return [event for event in events if event["subject"].endswith(f"/{record_id}")]

    def types(self, record_id: str) -> list[str]:
        return [event["type"] for event in self.about(record_id)]

    async def eventually(self, type_: str, record_id: str) -> dict[str, Any]:
        async def found() -> list[dict[str, Any]]:
            return [event for event in self.about(record_id) if event["type"] == type_]

        return (await eventually(found))[0]


@asynccontextmanager
async def listening(amqp_url: str) -> AsyncIterator[Heard]:
    """Hears what identity announces from now on."""
    heard = Heard()

    async def hear(message: AbstractIncomingMessage) -> None:
        heard.bodies.append(message.body)

    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(BusSettings().exchange, "identity.#")
        await queue.consume(hear, no_ack=True)
        yield heard
