"""Copies of one service on the real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from libs.jobs.scheduler import INDEXES
from libs.jobs.settings import JobSettings
from libs.store.store import Store
from tests.conftest import clear
from tests.libs.jobs.effects import Effect
from tests.support.waiting import PATIENCE


@pytest.fixture
def settings() -> JobSettings:
    """The production settings with shorter intervals; whoever is merely slow keeps what it has in hand."""
    return JobSettings(
        poll_every=0.02,
        look_every=0.1,
        timer_lease=PATIENCE,
        timer_attempts=3,
        first_pause=0.02,
        longest_pause=0.1,
        job_lease=PATIENCE,
        beat_every=0.05,
        job_attempts=3,
        duty_lease=3.0,
        elect_every=0.1,
        drain_timeout=PATIENCE,
    )


@pytest.fixture
def database_name(kept_databases: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[str]:
    """One for all tests of this folder, empty for each: to build its indexes takes longer than most of them."""
    name = f"{kept_databases}_jobs"
    yield name
    clear(mongo_client[name])


async def opened(mongo_url: str, name: str) -> Store:
    return await Store.open(mongo_url, name, service="sales", records=[Effect], indexes=INDEXES, seconds=PATIENCE)


@pytest.fixture
async def store(mongo_url: str, database_name: str) -> AsyncIterator[Store]:
    store = await opened(mongo_url, database_name)
    yield store
    await store.close()


@pytest.fixture
async def second_store(mongo_url: str, database_name: str, store: Store) -> AsyncIterator[Store]:
    """What another copy of the service has."""
    second = await opened(mongo_url, database_name)
    yield second
    await second.close()
