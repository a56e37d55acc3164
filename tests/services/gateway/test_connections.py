"""Idle sockets are bounded and do not keep out requests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, web

from tests.services.gateway.upstream import Running, running
from tests.support.waiting import PATIENCE


@asynccontextmanager
async def idle_sockets(gateway: Running, count: int) -> AsyncIterator[list[asyncio.StreamReader]]:
    sockets = [await asyncio.open_connection(gateway.host, gateway.port) for _ in range(count)]
    try:
        yield [reader for reader, _ in sockets]
    finally:
        for _, writer in sockets:
            writer.close()


@asynccontextmanager
async def slow_request(gateway: Running) -> AsyncIterator[None]:
    """One request under way for the length of the block, answered well at its end."""
    reached, done = asyncio.Event(), asyncio.Event()

    async def work(_: web.Request) -> web.Response:
        reached.set()
        await done.wait()
        return web.Response(text="finished")

    gateway.services.answers["/api/v1/leads"] = work
    asking = asyncio.create_task(text_of(gateway, "/api/v1/leads"))
    await reached.wait()
    yield
    done.set()
    assert await asking == "finished"


async def text_of(gateway: Running, path: str) -> str:
    async with gateway.client.get(path, headers=gateway.bearer()) as answer:
        return await answer.text()


async def is_closed(reader: asyncio.StreamReader) -> bool:
    async with asyncio.timeout(PATIENCE):
        return await reader.read() == b""


async def test_idle_sockets_beyond_the_limit_make_room_and_healthy_requests_pass() -> None:
    async with running(most_connections=20) as gateway, idle_sockets(gateway, 200) as idle:
        async with ClientSession(gateway.url) as other:
            answer = await other.get("/api/v1/leads", headers=gateway.bearer())
            assert answer.status == 200
        for reader in idle[:150]:
            assert await is_closed(reader)
        server = gateway.runner.server
        assert server is not None
        assert len(server.connections) <= 21


async def test_a_socket_that_is_answering_is_never_the_one_to_go() -> None:
    async with running(most_connections=5) as gateway, slow_request(gateway), idle_sockets(gateway, 20) as idle:
        assert await is_closed(idle[0])


async def test_when_all_are_answering_a_new_socket_is_closed() -> None:
    async with running(most_connections=1) as gateway, slow_request(gateway), idle_sockets(gateway, 1) as late:
        assert await is_closed(late[0])


async def test_a_dripped_head_has_a_deadline() -> None:
    async with running(keep_alive_seconds=0.3) as gateway:
        reader, writer = await asyncio.open_connection(gateway.host, gateway.port)
        writer.write(b"GET /api/v1/leads HTTP/1.1\r\nHost: x\r\n")
        async with asyncio.timeout(PATIENCE):
            assert await reader.read() == b""
        writer.close()
