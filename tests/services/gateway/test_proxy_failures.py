"""What happens when a caller or a service is slow, gone, or sends too much."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from io import BytesIO

import pytest
from aiohttp import ClientError, ClientPayloadError, ClientTimeout, web

from services.gateway.gate import GATE
from services.gateway.ownership import Service
from tests.libs.bus.conditions import eventually
from tests.services.gateway.upstream import Running, running
from tests.support.clock import Clock, by_the_clock
from tests.support.waiting import PATIENCE

MEGABYTE = 1024 * 1024
LONG_AGO = 0.0


async def test_an_answer_that_breaks_off_is_not_taken_for_a_whole_one(gateway: Running) -> None:
    async def send(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.abort()
        return response

    gateway.services.answers["/api/v1/leads"] = send

    with pytest.raises(ClientPayloadError):
        await (await gateway.client.get("/api/v1/leads", headers=gateway.bearer())).read()


async def leave_early(gateway: Running, path: str, *, asked: str) -> None:
    """Goes away while the service works on what it is `asked`, and waits until it has noticed."""
    reached, left = asyncio.Event(), asyncio.Event()

    async def work(_: web.Request) -> web.Response:
        reached.set()
        try:
            await asyncio.Event().wait()
        finally:
            left.set()
        return web.Response()

    gateway.services.answers[asked] = work
    asking = asyncio.create_task(_status(gateway, path))
    await reached.wait()
    asking.cancel()

    async with asyncio.timeout(PATIENCE):
        await left.wait()
    del gateway.services.answers[asked]


async def _status(gateway: Running, path: str) -> int:
    return (await gateway.client.get(path, headers=gateway.bearer())).status


async def test_a_caller_who_leaves_ends_the_request_at_the_service(gateway: Running) -> None:
    await leave_early(gateway, "/api/v1/leads", asked="/api/v1/leads")


@pytest.mark.parametrize("path", ["/api/v1/accounts/a-1", "/api/v1/accounts/a-1/overview"])
async def test_a_probe_whose_caller_leaves_lets_the_next_request_probe(gateway: Running, path: str) -> None:
    breaker = gateway.runner.app[GATE].upstreams[Service.SALES].breaker
    while not breaker.is_open:
        breaker.failed(LONG_AGO)

    await leave_early(gateway, path, asked="/api/v1/accounts/a-1")

    assert breaker.is_open
    assert await _status(gateway, "/api/v1/accounts/a-1") == 200
    assert not breaker.is_open


async def test_a_service_that_does_not_answer_in_time_is_a_503() -> None:
    async def never(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    async with running(answer_seconds=0.1) as gateway:
        gateway.services.answers["/api/v1/leads"] = never
        answer = await gateway.client.get("/api/v1/leads", headers=gateway.bearer())

        assert answer.status == 503
        assert answer.content_type == "application/problem+json"
        assert (await answer.json(content_type=None))["code"] == "answer_too_late"
        assert int(answer.headers["Retry-After"]) >= 1


async def test_a_service_that_is_away_is_a_503_and_soon_is_left_alone() -> None:
    async with running(upstream_sales="http://127.0.0.1:9") as gateway:
        codes = []
        for _ in range(8):
            answer = await gateway.client.get("/api/v1/leads", headers=gateway.bearer())
            assert answer.status == 503
            assert int(answer.headers["Retry-After"]) >= 1
            codes.append((await answer.json(content_type=None))["code"])

        assert codes[:5] == ["no_answer"] * 5
        assert codes[5:] == ["circuit_open"] * 3
        metrics = await (await gateway.client.get("/metrics")).text()
        assert 'gateway_circuit_open{service="sales"} 1.0' in metrics
        assert 'gateway_circuit_open{service="service"} 0.0' in metrics
        assert 'gateway_unanswered_total{cause="broken",service="sales"}' in metrics
        assert (await gateway.client.get("/api/v1/cases", headers=gateway.bearer())).status == 200


async def test_a_keyed_create_is_sent_once_more_when_the_connection_broke(gateway: Running) -> None:
    attempts: list[bytes] = []

    async def break_once(request: web.Request) -> web.Response:
        attempts.append(await request.read())
        if len(attempts) == 1:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status=201)

    gateway.services.answers["/api/v1/leads"] = break_once
    headers = gateway.bearer() | {"Idempotency-Key": "k1"}

    answer = await gateway.client.post("/api/v1/leads", data=b"lead", headers=headers)

    assert answer.status == 201
    assert attempts == [b"lead", b"lead"]


async def test_a_create_without_key_is_never_repeated(gateway: Running) -> None:
    attempts: list[bytes] = []

    async def break_off(request: web.Request) -> web.Response:
        attempts.append(await request.read())
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    gateway.services.answers["/api/v1/leads"] = break_off

    answer = await gateway.client.post("/api/v1/leads", data=b"lead", headers=gateway.bearer())

    assert answer.status == 503
    assert attempts == [b"lead"]


async def test_a_body_that_says_it_is_too_large_is_refused_unread() -> None:
    async with running(largest_body=100_000) as gateway:
        answer = await gateway.client.post("/api/v1/leads", data=b"x" * 100_001, headers=gateway.bearer())

        assert answer.status == 413
        assert (await answer.json(content_type=None))["code"] == "too_large"
        assert gateway.services.seen == []


async def test_a_chunked_body_that_grows_too_large_is_refused() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 10_000

    async with running(largest_body=100_000) as gateway:
        try:
            answer = await gateway.client.post("/api/v1/leads", data=pieces(), headers=gateway.bearer())
        except ClientError:
            pass  # the connection may be closed while the rest is still being sent
        else:
            assert answer.status == 413
        assert gateway.services.seen == []
        again = await gateway.client.get("/api/v1/leads", headers=gateway.bearer())
        assert again.status == 200


@pytest.mark.parametrize("framing", ["Content-Length: 1000", "Content-Length: 100000", "Transfer-Encoding: chunked"])
async def test_a_dripped_body_is_given_up(framing: str) -> None:
    async with running(body_grace_seconds=0.2, lingering_seconds=0.1) as gateway:
        reader, writer = await asyncio.open_connection(gateway.host, gateway.port)
        token = gateway.services.token()
        head = f"POST /api/v1/leads HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{framing}\r\n\r\n"
        writer.write(head.encode())
        if "chunked" in framing:
            writer.write(b"1\r\nx\r\n")
        async with asyncio.timeout(PATIENCE):
            answer = await reader.read()
        writer.close()

        assert b"Connection: close" in answer
        assert b" 408 " in answer.split(b"\r\n", 1)[0]
        assert b"body_too_slow" in answer


@by_the_clock
async def test_a_long_upload_does_not_use_up_the_time_for_the_answer(clock: Clock) -> None:
    arrived = 0

    async def read(request: web.Request) -> web.Response:
        nonlocal arrived
        async for piece in request.content.iter_any():
            arrived += len(piece)
        return web.Response()

    def are_there(sent: int) -> bool:
        return arrived == sent

    async def pieces() -> AsyncIterator[bytes]:
        for sent in range(5):
            await eventually(partial(are_there, sent))
            clock.advance(20)
            yield b"x"

    async with running(answer_seconds=30, body_grace_seconds=1000) as gateway:
        gateway.services.answers["/api/v1/leads"] = read
        answer = await gateway.client.post("/api/v1/leads", data=pieces(), headers=gateway.bearer())

        assert (answer.status, arrived) == (200, 5)


@by_the_clock
async def test_a_service_that_takes_its_time_to_read_is_not_blamed_on_the_caller(clock: Clock) -> None:
    body = b"x" * 24 * MEGABYTE
    async with running(body_grace_seconds=15, answer_seconds=10_000) as gateway:

        async def read_late(request: web.Request) -> web.Response:
            await eventually(lambda: waits_for_the_service(gateway))
            clock.advance(5_000)
            return web.Response(text=str(len(await request.read())))

        gateway.services.answers["/api/v1/leads"] = read_late
        unhurried = ClientTimeout(total=None)
        answer = await gateway.client.post(
            "/api/v1/leads", data=BytesIO(body), headers=gateway.bearer(), timeout=unhurried
        )

        assert await answer.text() == str(len(body))


def waits_for_the_service(gateway: Running) -> bool:
    """Whether the gateway takes no more of a body, since it cannot pass on what it has."""
    server = gateway.runner.server
    assert server is not None
    connections = (connection.transport for connection in server.connections)
    return any(isinstance(each, asyncio.ReadTransport) and not each.is_reading() for each in connections)


async def test_a_body_framed_in_two_ways_is_refused(gateway: Running) -> None:
    reader, writer = await asyncio.open_connection(gateway.host, gateway.port)
    token = gateway.services.token()
    writer.write(
        f"POST /api/v1/leads HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/v1/users HTTP/1.1\r\n\r\n".encode()
    )
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read()
    writer.close()

    assert b" 400 " in answer.split(b"\r\n", 1)[0]
    assert gateway.services.seen == []


async def test_requests_are_counted_out_again(gateway: Running) -> None:
    for _ in range(5):
        await gateway.client.get("/api/v1/leads", headers=gateway.bearer())
    gate = gateway.runner.app[GATE]

    await eventually(lambda: gate.requests.taken == 0)
