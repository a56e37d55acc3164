"""The marketing service, running."""

from collections.abc import AsyncIterator

import pytest

from services.marketing.app import MARKETING
from tests.support.services import Running, running


@pytest.fixture
async def marketing(mongo_url: str, amqp_url: str, database_name: str) -> AsyncIterator[Running]:
    async with running(MARKETING, mongo_url=mongo_url, amqp_url=amqp_url, database=database_name) as service:
        yield service
