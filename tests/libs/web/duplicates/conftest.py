"""One harbour for the tests of each file; each test finds it without boats and rules."""

from collections.abc import AsyncIterator

import pytest

from tests.libs.web.duplicates.harbour import HARBOUR
from tests.support.services import Running, running


@pytest.fixture(scope="module")
async def started(mongo_url: str, amqp_url: str, shared_database: str) -> AsyncIterator[Running]:
    async with running(HARBOUR, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        yield service


@pytest.fixture
async def harbour(started: Running) -> Running:
    await started.reset()
    return started
