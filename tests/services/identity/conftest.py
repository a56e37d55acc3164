from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from libs.web.settings import ServiceSettings
from tests.services.identity.running import Heard, Identity, listening, running, settings_for


@pytest.fixture
def settings(mongo_url: str, amqp_url: str, database_name: str, tmp_path: Path) -> ServiceSettings:
    return settings_for(mongo_url, amqp_url, database_name, tmp_path)


@pytest.fixture
async def identity(settings: ServiceSettings) -> AsyncIterator[Identity]:
    async with running(settings) as service:
        yield service


@pytest.fixture
async def heard(identity: Identity, amqp_url: str) -> AsyncIterator[Heard]:
    async with listening(amqp_url) as events:
        yield events
