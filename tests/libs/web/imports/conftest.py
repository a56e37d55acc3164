"""A hotel into which guests are imported."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.libs.web.imports.hotel import HOTEL, Hotel
from tests.support.services import running


@pytest.fixture
async def hotel(mongo_url: str, amqp_url: str, database_name: str) -> AsyncIterator[Hotel]:
    async with running(HOTEL, mongo_url=mongo_url, amqp_url=amqp_url, database=database_name) as service:
        yield Hotel(service)
