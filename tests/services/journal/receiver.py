"""A receiver of webhooks: a real server that answers as a test tells it to."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass(frozen=True, slots=True)
class Heard:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = orjson.loads(self.body)
        return event


@dataclass
class Receiver:
    """Answers with `status`, as soon as it is `open`; to the event that it `refuses` with 400."""

    url: str = ""
    status: int = 204
    refuses: str = ""
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: int = 0
    most_at_once: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            body = await request.read()
            await self.open.wait()
            self.heard.append(Heard(request.path, dict(request.headers), body))
            status = 400 if self.ids[-1] == self.refuses else self.status
            return web.Response(status=status, text=self.text or None, headers=self.headers)
        finally:
            self.under_way -= 1

    @property
    def ids(self) -> list[str]:
        return [heard.headers["webhook-id"] for heard in self.heard]


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    receiver.open.set()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.answer)
    async with TestServer(app) as server:
        receiver.url = f"http://127.0.0.1:{server.port}/hook"
        yield receiver
        receiver.open.set()
