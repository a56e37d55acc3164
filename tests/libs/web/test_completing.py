"""What an earlier release did not write is written while the service runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from libs.domain.refusals import Unavailable
from libs.store.store import Store
from libs.web.completing import completing
from libs.web.executing import STORE
from tests.support.waiting import PATIENCE


@pytest.fixture
async def app(mongo_url: str, database_name: str) -> AsyncIterator[web.Application]:
    app = web.Application()
    app[STORE] = await Store.open(mongo_url, database_name, service="any", seconds=PATIENCE)
    yield app
    await app[STORE].close()


async def test_it_is_tried_until_the_database_is_there(app: web.Application) -> None:
    tries: list[Store] = []
    done = asyncio.Event()

    async def complete(store: Store) -> None:
        tries.append(store)
        if len(tries) < 3:
            raise Unavailable("the database is away")
        done.set()

    attached = completing("things", complete, again_after=0.01)(app)
    await anext(attached)
    await done.wait()
    await anext(attached, None)

    assert tries == [app[STORE]] * 3


async def test_it_ends_with_the_service(app: web.Application) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def complete(_: Store) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    attached = completing("things", complete)(app)
    await anext(attached)
    await begun.wait()
    await anext(attached, None)

    assert ended.is_set()
