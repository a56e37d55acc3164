"""One harbour for each test, with a database of its own."""

from collections.abc import AsyncIterator

import pytest

from tests.libs.web.duplicates.harbour import harbour_with
from tests.support.services import Running


@pytest.fixture
async def harbour(mongo_url: str, amqp_url: str, database_name: str) -> AsyncIterator[Running]:
    async with harbour_with(mongo_url, amqp_url, database_name) as service:
        yield service
