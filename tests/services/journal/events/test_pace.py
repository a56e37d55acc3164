"""A stream and its reader, at whatever pace either goes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from aiohttp import ClientPayloadError, ClientResponse, ClientSession, web
from aiohttp.test_utils import TestServer

from libs.domain import grants
from libs.store.store import Store
from services.journal.events import store as events
from services.journal.events.model import EVERYTHING
from services.journal.events.stream import HEADERS, EventStream, Pace
from services.journal.events.tail import Tail
from tests.support.events import envelope
from tests.support.waiting import PATIENCE, eventually

Open = Callable[[Pace], AbstractAsyncContextManager[ClientResponse]]

HASTY = Pace(heartbeat=0.05, longest=20, stalled=20)


@pytest.fixture
async def store(mongo_url: str, database_name: str) -> AsyncIterator[Store]:
    store = await Store.open(mongo_url, database_name, service="journal", seconds=20.0)
    yield store
    await store.close()


@pytest.fixture
def ended() -> list[str]:
    """How streams ended: the name of the error, or nothing."""
    return []


@pytest.fixture
async def opened(store: Store, ended: list[str]) -> AsyncIterator[Open]:
    """Opens a stream of everything in the store, from the beginning."""
    pace, tail = HASTY, Tail()

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers=HEADERS)
        await response.prepare(request)
        try:
            stream = EventStream(response, store, tail, EVERYTHING, pace)
            await stream.follow(0, allowed=lambda: True, grants=lambda: grants.EVERYTHING)
        except TimeoutError as error:
            ended.append(type(error).__name__)
            assert request.transport is not None
            request.transport.abort()
        else:
            ended.append("")
        return response

    app = web.Application()
    app.router.add_get("/", stream)
    async with TestServer(app) as server, ClientSession() as session:

        @asynccontextmanager
        async def open_stream(wanted: Pace) -> AsyncIterator[ClientResponse]:
            nonlocal pace
            pace = wanted
            tail.reached(await events.head(store))
            async with session.get(server.make_url("/")) as response:
                yield response

        yield open_stream
        tail.close()


async def test_a_quiet_stream_shows_that_it_lives_and_how_far_it_has_read(store: Store, opened: Open) -> None:
    await events.append(store, [envelope("sales.lead.created", "leads", {}) for _ in range(3)])

    async with opened(HASTY) as response, asyncio.timeout(PATIENCE):
        lines = [(await response.content.readline()).decode().strip() for _ in range(3)]
        while lines[-2:] != [": alive", "id: 3"]:
            lines.append((await response.content.readline()).decode().strip())

    assert lines[:3] == [": alive", "id: 0", ""]
    assert [line for line in lines if line.startswith("id: ")][:4] == ["id: 0", "id: 1", "id: 2", "id: 3"]


async def test_a_stream_ends_when_its_time_is_over(opened: Open, ended: list[str]) -> None:
    async with opened(Pace(heartbeat=0.05, longest=0.1, stalled=20)) as response, asyncio.timeout(PATIENCE):
        await response.read()

    assert ended == [""]


async def test_who_does_not_read_is_cut_off_and_nothing_piles_up(store: Store, opened: Open, ended: list[str]) -> None:
    await events.append(store, [envelope("sales.lead.created", "leads", {"notes": "x" * 240_000}) for _ in range(150)])
    read = 0

    async def read_on(response: ClientResponse) -> None:
        nonlocal read
        while chunk := await response.content.readany():
            read += len(chunk)

    async def has_ended() -> bool:
        return bool(ended)

    async with opened(Pace(heartbeat=0.05, longest=60, stalled=0.5)) as response:
        await eventually(has_ended)
        with pytest.raises(ClientPayloadError):
            await read_on(response)

    assert ended == ["TimeoutError"]
    assert read < 150 * 240_000 / 2
