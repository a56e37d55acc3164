"""The marketing service, running."""

from collections.abc import AsyncIterator

import pytest

from services.marketing.app import MARKETING
from tests.support.services import Running, running


@pytest.fixture(scope="module")
async def started(mongo_url: str, amqp_url: str, emptied_database: str) -> AsyncIterator[Running]:
    async with running(MARKETING, mongo_url=mongo_url, amqp_url=amqp_url, database=emptied_database) as service:
        yield service


@pytest.fixture
async def marketing(started: Running) -> Running:
    await started.reset()
    return started
