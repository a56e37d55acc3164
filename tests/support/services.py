"""Runs a service in the test's own process: real HTTP, MongoDB and RabbitMQ, and callers as a test names them."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import aio_pika
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from aiormq.exceptions import AMQPError
from joserfc.jwk import OKPKey
from pydantic import SecretStr

from libs.domain.directory import DirectoryDocument, Entry, RoleEntry, UserEntry
from libs.jobs.settings import JobSettings
from libs.store.store import Store
from libs.web.access import ROLES
from libs.web.assembling import create_app
from libs.web.executing import BUS, STORE
from libs.web.identity_client import DIRECTORY_PATH
from libs.web.requests import DIRECTORY
from libs.web.service import Service
from libs.web.settings import Environment, ServiceSettings
from libs.web.tokens import AccessClaims, sign
from tests.support.waiting import PATIENCE

COLLEAGUE: Final = "colleague"

WATCHFUL: Final = JobSettings(poll_every=0.05, look_every=0.2, beat_every=0.2, elect_every=0.2)
"""What waits for the next look of a service waits no longer than its answer takes; leases are as long as ever."""


def default_directory() -> DirectoryDocument:
    """The roles of a fresh installation, and somebody to give records to; other users are those that tokens name."""
    return DirectoryDocument(
        roles=[
            RoleEntry(
                id=role,
                version=1,
                permissions={name: dict.fromkeys(map(str, allowed), "all") for name, allowed in collections.items()},
            )
            for role, collections in ROLES.items()
        ],
        users=[UserEntry(id=COLLEAGUE, version=1)],
    )


@dataclass
class Identities:
    """Publishes signing keys and revoked sessions as the identity service does, and signs tokens."""

    key: OKPKey = field(default_factory=lambda: OKPKey.generate_key("Ed25519", auto_kid=True))
    revoked: list[str] = field(default_factory=list)
    people: DirectoryDocument = field(default_factory=default_directory)

    def token(self, *roles: str, user_id: str = "user-1", session_id: str = "session-1") -> str:
        now = int(time.time())
        claims = AccessClaims(sub=user_id, name=user_id, roles=roles, sid=session_id, via="ui", iat=now, exp=now + 600)
        return sign(claims, self.key)

    def app(self) -> web.Application:
        async def keys(_: web.Request) -> web.Response:
            return web.json_response({"keys": [self.key.as_dict(private=False)]})

        async def revoked(_: web.Request) -> web.Response:
            return web.json_response({"value": self.revoked})

        async def directory(_: web.Request) -> web.Response:
            return web.json_response(text=self.people.model_dump_json(by_alias=True))

        app = web.Application()
        app.router.add_get(DIRECTORY_PATH, directory)
        app.router.add_get("/api/v1/auth/jwks.json", keys)
        app.router.add_get("/internal/revoked_sessions", revoked)
        return app


@dataclass
class Running:
    """A running service. `request` calls it as somebody who has the given roles."""

    app: web.Application
    url: str
    identities: Identities
    session: ClientSession

    async def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        roles: Sequence[str] = ("administrator",),
        user_id: str = "user-1",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any]:
        """The status and the JSON body, None where there is none."""
        token = self.identities.token(*roles, user_id=user_id)
        sent = {"Authorization": f"Bearer {token}", **(headers or {})}
        async with self.session.request(method, f"{self.url}{path}", json=body, headers=sent) as response:
            text = await response.read()
            return response.status, (await response.json(content_type=None) if text else None)

    async def reset(self) -> None:
        """Forgets every record and event, and knows the people of a fresh installation alone."""
        await empty(self.app[STORE])
        await self.forget_people()

    async def forget_people(self) -> None:
        self.identities.people = default_directory()
        await self.app[DIRECTORY].reload()

    async def know(self, collection: str, *records: Mapping[str, Any]) -> None:
        """Roles, users or others of identity's records that there are from now on, whenever the service asks again."""
        told = DirectoryDocument.model_validate({collection: [{"version": 1, **record} for record in records]})
        new: list[Entry] = getattr(told, collection)
        known: list[Entry] = getattr(self.identities.people, collection)
        known[:] = [each for each in known if each.id not in {entry.id for entry in new}] + new
        await self.app[DIRECTORY].reload()

    async def get(self, path: str, **options: Any) -> tuple[int, Any]:
        return await self.request("GET", path, **options)

    async def post(self, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
        return await self.request("POST", path, body, **options)

    async def patch(self, path: str, body: Any, **options: Any) -> tuple[int, Any]:
        return await self.request("PATCH", path, body, **options)

    async def delete(self, path: str, **options: Any) -> tuple[int, Any]:
        return await self.request("DELETE", path, **options)


@asynccontextmanager
async def running(
    service: Service,
    *,
    mongo_url: str,
    amqp_url: str,
    database: str,
    gateway: str = "http://127.0.0.1:9",
    audience: tuple[str, ...] = (),
    smtp_url: str | None = None,
    exclude: str = "",
) -> AsyncIterator[Running]:
    """Starts the service and waits until events flow; afterwards its queues are empty.

    `gateway` is where references to other services' records are resolved; by default nobody answers there. `audience`
    are the services whose queues it waits for before it announces anything; nobody waits for the checks in `exclude`.
    """
    async with AsyncExitStack() as stack:
        identities = Identities()
        identity = await stack.enter_async_context(TestServer(identities.app()))
        settings = ServiceSettings(
            environment=Environment.DEVELOPMENT,
            mongo_url=mongo_url,
            amqp_url=amqp_url,
            database_prefix=database,
            database_seconds=PATIENCE,
            upstream_identity=str(identity.make_url("")),
            upstream_gateway=gateway,
            audience=frozenset(audience),
            smtp_url=SecretStr(smtp_url) if smtp_url else None,
        )
        app = await create_app(service, settings, intervals=WATCHFUL)
        stack.push_async_callback(empty_queues, app, amqp_url)
        server = await stack.enter_async_context(TestServer(app))
        session = await stack.enter_async_context(ClientSession())
        url = str(server.make_url("")).rstrip("/")
        await eventually_ready(session, url, exclude=exclude)
        yield Running(app, url, identities, session)


async def eventually_ready(session: ClientSession, url: str, *, exclude: str = "") -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        async with session.get(f"{url}/readyz", params={"exclude": exclude}) as response:
            if response.status == 200:
                return
            if time.monotonic() > deadline:
                raise TimeoutError(await response.text())
        await asyncio.sleep(0.02)


async def empty(store: Store) -> None:
    """Asks once where there are documents: most collections have none, and a deletion in each takes a while."""
    names = await store.database.list_collection_names()
    looks = [
        {"$unionWith": {"coll": name, "pipeline": [{"$limit": 1}, {"$project": {"_id": {"$literal": name}}}]}}
        for name in names
    ]
    async for found in store.database.aggregate([{"$documents": []}, *looks]):
        await store.collection(found["_id"]).delete_many({})


async def empty_queues(app: web.Application, amqp_url: str) -> None:
    """They stay for the next one: RabbitMQ 3.10 does not bear queues that are made and deleted hundreds of times.

    Nothing comes to them until then.
    """
    async with await aio_pika.connect(amqp_url) as connection:
        for known in app[BUS].queues:
            channel = await connection.channel()
            queue = await channel.get_queue(known.name, ensure=False)
            with suppress(AMQPError):
                for binding in known.bindings:
                    await queue.unbind(binding.exchange, binding.key)
                await queue.purge()


async def delete_queues(app: web.Application, amqp_url: str) -> None:
    """Of a service whose name no other has."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        for queue in app[BUS].queues:
            await channel.queue_delete(queue.name)
