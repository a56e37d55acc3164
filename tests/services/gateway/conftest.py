from collections.abc import AsyncIterator

import pytest

from tests.services.gateway.upstream import Running, running


@pytest.fixture
async def gateway() -> AsyncIterator[Running]:
    async with running() as started:
        yield started
