"""One request to a receiver that is not trusted."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from libs.telemetry import tracing
from services.journal.deliveries.model import Attempt
from services.journal.deliveries.sender import LONGEST_EXCERPT, Outlet, Sender
from services.journal.deliveries.signature import secret_of
from tests.services.journal.receiver import Receiver, receiving
from tests.support.waiting import PATIENCE

AT = datetime(2026, 11, 22, tzinfo=UTC)
SECRET = secret_of(b"x" * 32)
OPEN = Outlet(allow_http=True, allow_private=True)
GUARDED = Outlet(allow_http=True)

Send = Callable[..., Awaitable[Attempt]]


@pytest.fixture
async def send() -> AsyncIterator[Send]:
    async with AsyncExitStack() as stack:

        async def send(url: str, outlet: Outlet = OPEN) -> Attempt:
            sender = Sender(outlet)
            stack.push_async_callback(sender.close)
            return await sender.send(url, b"{}", event_id="event-1", secrets=[SECRET], at=AT)

        yield send


async def test_the_answer_becomes_part_of_the_attempt(send: Send, receiver: Receiver) -> None:
    receiver.status, receiver.text = 503, "Wir sind gleich zurück"

    attempt = await send(receiver.url)

    assert (attempt.at, attempt.status, attempt.response, attempt.error) == (AT, 503, receiver.text, None)
    assert attempt.duration_ms < 15_000


LOOPBACK = ["127.0.0.1", "localhost", "0x7f000001", "0.0.0.0"]  # noqa: S104


@pytest.mark.parametrize("host", LOOPBACK)
async def test_a_receiver_on_a_private_address_is_not_reached(send: Send, receiver: Receiver, host: str) -> None:
    url = receiver.url.replace("127.0.0.1", host)

    assert (await send(url)).status == 204
    attempt = await send(url, GUARDED)

    assert attempt.status is None
    assert attempt.error is not None
    assert "not an address of the public internet" in attempt.error
    assert len(receiver.heard) == 1


@pytest.mark.parametrize(
    "host", ["[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "169.254.169.254", "[fd00:ec2::254]"]
)
async def test_an_address_of_another_kind_is_not_reached(send: Send, host: str) -> None:
    attempt = await send(f"http://{host}/latest/meta-data/", GUARDED)

    assert attempt.error is not None
    assert "not an address of the public internet" in attempt.error


@pytest.mark.parametrize("host", ["2130706433", "0177.0.0.1", "127.1", "127.0.0.1."])
async def test_an_address_in_no_usual_form_is_not_reached(send: Send, receiver: Receiver, host: str) -> None:
    attempt = await send(receiver.url.replace("127.0.0.1", host), GUARDED)

    assert attempt.status is None
    assert receiver.heard == []


async def test_a_redirect_is_an_answer_and_is_not_followed(send: Send, receiver: Receiver) -> None:
    receiver.status, receiver.headers = 307, {"Location": receiver.url.replace("hook", "inside")}

    attempt = await send(receiver.url)

    assert (attempt.status, attempt.succeeded) == (307, False)
    assert [heard.path for heard in receiver.heard] == ["/hook"]


async def test_plain_http_needs_a_setting(send: Send, receiver: Receiver) -> None:
    attempt = await send(receiver.url, Outlet(allow_private=True))

    assert attempt.error == "/url: must begin with https://"
    assert receiver.heard == []


async def test_a_receiver_that_cannot_show_a_certificate_is_not_told_anything(send: Send, receiver: Receiver) -> None:
    attempt = await send(receiver.url.replace("http:", "https:"))

    assert attempt.error is not None
    assert attempt.error.startswith("no secure connection")
    assert receiver.heard == []


async def test_an_answer_that_does_not_come_is_not_waited_for(send: Send, receiver: Receiver) -> None:
    receiver.open.clear()

    attempt = await send(receiver.url, Outlet(allow_http=True, allow_private=True, answer_within=0.2))

    assert attempt.error == "no answer in time"


async def test_of_a_long_answer_the_beginning_is_read(send: Send) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65536)

    app = web.Application()
    app.router.add_post("/", endless)
    async with TestServer(app) as server, asyncio.timeout(PATIENCE):
        attempt = await send(str(server.make_url("/")))

    assert (attempt.status, attempt.response) == (200, "x" * LONGEST_EXCERPT)


async def test_an_answer_is_not_unpacked(send: Send) -> None:
    async def bomb(_: web.Request) -> web.Response:
        return web.Response(body=gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": "gzip"})

    app = web.Application()
    app.router.add_post("/", bomb)
    async with TestServer(app) as server:
        attempt = await send(str(server.make_url("/")))

    assert attempt.response is not None
    assert len(attempt.response) <= LONGEST_EXCERPT


async def test_nothing_of_our_own_is_in_the_headers(receiver: Receiver) -> None:
    receiver.headers = {"Set-Cookie": "session=1"}
    sender = Sender(OPEN)
    for _ in range(2):
        await sender.send(receiver.url, b"{}", event_id="event-1", secrets=[SECRET], at=AT)
    await sender.close()

    assert {name.lower() for name in receiver.heard[1].headers} == {
        *("host", "accept", "accept-encoding", "user-agent", "content-type", "content-length"),
        *("webhook-id", "webhook-timestamp", "webhook-signature"),
    }
    assert receiver.heard[1].headers["Content-Type"] == "application/cloudevents+json"
    assert receiver.heard[1].headers["User-Agent"].startswith("Tandem-CRM")


# OpenTelemetry instruments aiohttp by a subclass, of which aiohttp warns.
@pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")
async def test_a_receiver_is_told_nothing_of_traces(receiver: Receiver) -> None:
    pytest.importorskip("opentelemetry.sdk", reason="the tracing extra is not installed")
    async with receiving() as collector:
        tracing.start_tracing("journal", collector.url)
        try:
            sender = Sender(OPEN)
            with tracing.span("deliver"):
                await sender.send(receiver.url, b"{}", event_id="event-1", secrets=[SECRET], at=AT)
            await sender.close()
        finally:
            await asyncio.to_thread(tracing.stop_tracing)

    assert "traceparent" not in {name.lower() for name in receiver.heard[0].headers}
