"""Event streams pass unbuffered, stay open while they show life, and end when the gateway stops."""

import asyncio

from aiohttp import ClientResponse, web

from services.gateway.gate import GATE
from tests.libs.bus.conditions import eventually
from tests.services.gateway.upstream import Running, running
from tests.support.clock import Clock, by_the_clock
from tests.support.waiting import PATIENCE

PATH = "/api/v1/events/stream"


class Stream:
    """An event stream of the journal; events are sent when the test says so."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[bytes] = asyncio.Queue()
        self.left = asyncio.Event()

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            while True:
                await response.write(await self.events.get())
        finally:
            self.left.set()


async def opened(gateway: Running) -> tuple[Stream, ClientResponse]:
    stream = Stream()
    gateway.services.answers[PATH] = stream
    headers = gateway.bearer() | {"Accept": "text/event-stream", "Last-Event-ID": "41"}
    return stream, await gateway.client.get(PATH, headers=headers)


async def test_each_event_arrives_when_it_is_sent(gateway: Running) -> None:
    stream, answer = await opened(gateway)

    assert answer.content_type == "text/event-stream"
    for number in range(3):
        event = f"id: {number}\ndata: x\n\n".encode()
        stream.events.put_nowait(event)
        async with asyncio.timeout(PATIENCE):
            assert await answer.content.readexactly(len(event)) == event
    answer.close()


@by_the_clock
async def test_heartbeats_keep_it_open_beyond_the_limits_of_ordinary_answers(clock: Clock) -> None:
    async with running(answer_seconds=10, stream_silence_seconds=30) as gateway:
        stream, answer = await opened(gateway)
        for _ in range(5):
            clock.advance(20)
            stream.events.put_nowait(b":\n\n")
            async with asyncio.timeout(PATIENCE):
                assert await answer.content.readexactly(3) == b":\n\n"
        answer.close()


async def test_silence_ends_it_properly_and_the_service_is_told() -> None:
    async with running(stream_silence_seconds=0.1) as gateway:
        stream, answer = await opened(gateway)
        async with asyncio.timeout(PATIENCE):
            assert await answer.content.read() == b""
            await stream.left.wait()


async def test_a_client_who_leaves_ends_the_stream_at_the_service(gateway: Running) -> None:
    stream, answer = await opened(gateway)
    answer.close()

    async with asyncio.timeout(PATIENCE):
        await stream.left.wait()
    await eventually(lambda: gateway.runner.app[GATE].streams.room.taken == 0)


async def test_streams_do_not_take_the_places_of_requests() -> None:
    async with running(most_requests=1, most_event_streams=2) as gateway:
        _, first = await opened(gateway)
        _, second = await opened(gateway)
        _, third = await opened(gateway)

        assert [first.status, second.status, third.status] == [200, 200, 503]
        assert (await gateway.client.get("/api/v1/leads", headers=gateway.bearer())).status == 200
        first.close()
        second.close()


async def test_when_the_gateway_stops_streams_end_and_requests_are_finished() -> None:
    async with running(drain_seconds=5) as gateway:
        reached, done = asyncio.Event(), asyncio.Event()

        async def work(_: web.Request) -> web.Response:
            reached.set()
            await done.wait()
            return web.Response(text="finished")

        gateway.services.answers["/api/v1/leads"] = work
        _, stream = await opened(gateway)
        asking = asyncio.create_task(gateway.client.get("/api/v1/leads", headers=gateway.bearer()).__aenter__())
        await reached.wait()

        stopping = asyncio.create_task(gateway.runner.cleanup())
        async with asyncio.timeout(PATIENCE):
            assert await stream.content.read() == b""
        assert not stopping.done()
        done.set()

        assert await (await asking).text() == "finished"
        async with asyncio.timeout(PATIENCE):
            await stopping
