"""A hotel into which guests are imported."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.libs.web.imports.hotel import HOTEL, Hotel
from tests.support.services import Running, running


@pytest.fixture(scope="module")
async def started(mongo_url: str, amqp_url: str, shared_database: str) -> AsyncIterator[Running]:
    async with running(HOTEL, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        yield service


@pytest.fixture
async def hotel(started: Running) -> Hotel:
    await started.reset()
    return Hotel(started)
