"""Bodies in both directions, and what a service gets to see."""

import asyncio
import gzip
import hashlib
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from aiohttp import web
from yarl import URL

from tests.services.gateway.upstream import Running
from tests.support.waiting import PATIENCE

MEGABYTE = 1024 * 1024


async def test_a_request_reaches_the_owner_and_its_answer_comes_back(gateway: Running) -> None:
    url = URL(gateway.url + "/api/v1/leads?$select=topic&x=%C3%A4%2F%20+", encoded=True)

    answer = await gateway.client.post(url, json={"topic": "x"}, headers=gateway.bearer())

    assert answer.status == 200
    assert await answer.json() == {"service": "sales", "size": 14}
    assert answer.headers["ETag"] == '"3"'
    (seen,) = gateway.services.seen
    assert (seen.method, seen.path) == ("POST", "/api/v1/leads?$select=topic&x=%C3%A4%2F%20+")
    assert seen.body == b'{"topic": "x"}'


async def test_a_service_sees_who_asked_through_whom(gateway: Running) -> None:
    headers = gateway.bearer() | {
        "X-User-Id": "administrator",
        "X-Forwarded-For": "6.6.6.6",
        "X-Correlation-ID": "told-by-the-caller",
        "Accept-Encoding": "br",
    }

    answer = await gateway.client.get("/api/v1/leads", headers=headers)

    seen = gateway.services.seen[0].headers
    assert seen["Authorization"] == headers["Authorization"]
    assert seen["X-Forwarded-For"] == "127.0.0.1"
    assert seen["X-Correlation-ID"] == answer.headers["X-Correlation-ID"] == "told-by-the-caller"
    assert seen["Accept-Encoding"] == "br"
    assert "X-User-Id" not in seen


async def test_a_correlation_id_that_is_none_is_replaced(gateway: Running) -> None:
    headers = gateway.bearer() | {"X-Correlation-ID": "<script>"}

    answer = await gateway.client.get("/api/v1/leads", headers=headers)

    given = answer.headers["X-Correlation-ID"]
    assert given != "<script>"
    assert gateway.services.seen[0].headers["X-Correlation-ID"] == given


@pytest.mark.parametrize("size", [0, 1, 64 * 1024, 64 * 1024 + 1, 3 * MEGABYTE])
async def test_bodies_of_any_size_pass_whole(gateway: Running, size: int) -> None:
    body = hashlib.shake_128(b"seed").digest(size)

    answer = await gateway.client.post("/api/v1/imports?service=sales", data=BytesIO(body), headers=gateway.bearer())

    assert (await answer.json())["size"] == size
    (seen,) = gateway.services.seen
    assert seen.body == body
    assert seen.headers["Content-Length"] == str(size)


async def test_a_chunked_body_passes_chunked(gateway: Running) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 100_000

    answer = await gateway.client.post("/api/v1/imports?service=sales", data=pieces(), headers=gateway.bearer())

    assert (await answer.json())["size"] == 1_000_000
    assert "Content-Length" not in gateway.services.seen[0].headers


async def test_a_compressed_body_passes_as_it_is(gateway: Running) -> None:
    body = gzip.compress(b"a" * 1_000_000)
    received: list[bytes] = []

    async def keep(request: web.Request) -> web.Response:
        received.append(gzip.compress(await request.read(), mtime=0))
        return web.Response(text=request.headers["Content-Encoding"])

    gateway.services.answers["/api/v1/leads"] = keep
    headers = gateway.bearer() | {"Content-Encoding": "gzip"}

    answer = await gateway.client.post("/api/v1/leads", data=body, headers=headers)

    assert await answer.text() == "gzip"
    assert gzip.decompress(received[0]) == b"a" * 1_000_000


@pytest.mark.parametrize("size", [0, 10, 64 * 1024 + 1, 3 * MEGABYTE])
async def test_answers_of_any_size_come_back_whole(gateway: Running, size: int) -> None:
    body = hashlib.shake_128(b"seed").digest(size)

    async def send(_: web.Request) -> web.Response:
        return web.Response(body=body, status=201, headers={"X-Inner": "1", "Content-Encoding": "gzip"})

    gateway.services.answers["/api/v1/leads"] = send

    answer = await gateway.client.get("/api/v1/leads", headers=gateway.bearer())

    assert answer.status == 201
    assert answer.headers["Content-Length"] == str(size)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert await answer.read() == body


async def test_a_large_answer_starts_before_it_is_whole(gateway: Running) -> None:
    read_first = asyncio.Event()

    async def send(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"first")
        await read_first.wait()
        await response.write(b"second")
        return response

    gateway.services.answers["/api/v1/leads"] = send

    answer = await gateway.client.get("/api/v1/leads", headers=gateway.bearer())

    assert await answer.content.readexactly(5) == b"first"
    read_first.set()
    assert await answer.content.read() == b"second"


async def test_a_large_body_reaches_the_service_before_it_is_whole(gateway: Running) -> None:
    arrived = asyncio.Event()

    async def receive(request: web.Request) -> web.Response:
        await request.content.readexactly(5)
        arrived.set()
        return web.Response(text=str(5 + len(await request.content.read())))

    async def pieces() -> AsyncIterator[bytes]:
        yield b"first"
        await arrived.wait()
        yield b"second"

    gateway.services.answers["/api/v1/leads"] = receive

    answer = await gateway.client.post("/api/v1/leads", data=pieces(), headers=gateway.bearer())

    assert await answer.text() == "11"


async def test_an_answer_without_body_keeps_its_headers(gateway: Running) -> None:
    async def send(request: web.Request) -> web.Response:
        if request.method == "DELETE":
            return web.Response(status=204)
        if request.method == "GET":
            return web.Response(status=304, headers={"ETag": '"3"'})
        return web.Response(body=b"x" * 1234)

    gateway.services.answers["/api/v1/leads/1"] = send
    headers = gateway.bearer()

    assert (await gateway.client.delete("/api/v1/leads/1", headers=headers)).status == 204
    unchanged = await gateway.client.get("/api/v1/leads/1", headers=headers)
    assert (unchanged.status, unchanged.headers["ETag"]) == (304, '"3"')
    head = await gateway.client.head("/api/v1/leads/1", headers=headers)
    assert (head.status, head.headers["Content-Length"]) == (200, "1234")


async def test_a_redirect_is_the_callers_to_follow(gateway: Running) -> None:
    async def send(_: web.Request) -> web.Response:
        return web.Response(status=308, headers={"Location": "/api/v1/leads/2"})

    gateway.services.answers["/api/v1/leads/1"] = send

    answer = await gateway.client.get("/api/v1/leads/1", headers=gateway.bearer(), allow_redirects=False)

    assert (answer.status, answer.headers["Location"]) == (308, "/api/v1/leads/2")


async def test_a_services_cookie_reaches_only_the_caller_it_was_for(gateway: Running) -> None:
    async def send(_: web.Request) -> web.Response:
        return web.Response(headers={"Set-Cookie": "refresh=secret; Path=/"})

    gateway.services.answers["/api/v1/auth/token"] = send

    answer = await gateway.client.post("/api/v1/auth/token")
    gateway.client.cookie_jar.clear()
    await gateway.client.get("/api/v1/users", headers=gateway.bearer())

    assert answer.cookies["refresh"].value == "secret"
    assert "Cookie" not in gateway.services.seen[-1].headers


async def test_a_target_in_absolute_form_goes_to_the_owner_and_nowhere_else(gateway: Running) -> None:
    reader, writer = await asyncio.open_connection(gateway.host, gateway.port)
    token = gateway.services.token()
    writer.write(
        f"GET http://127.0.0.1:9/api/v1/leads?a=1 HTTP/1.1\r\nHost: 127.0.0.1:9\r\n"
        f"Authorization: Bearer {token}\r\nConnection: close\r\n\r\n".encode()
    )
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read()
    writer.close()

    assert b" 200 " in answer.split(b"\r\n", 1)[0]
    assert gateway.services.seen[0].path == "/api/v1/leads?a=1"
