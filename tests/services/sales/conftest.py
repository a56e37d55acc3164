"""The sales service: two copies of its store on one database, and the whole of it running."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from libs.store.store import Store
from libs.web.executing import STORE
from services.sales.app import SALES
from services.sales.pipelines.first import make_default_pipeline
from tests.services.sales.copies import open_copy
from tests.support.mailbox import Mailbox, mailbox, mailing
from tests.support.services import Running, default_directory, empty

__all__ = ["mailbox"]
"""Fixtures from elsewhere."""


@pytest.fixture(scope="session")
def sales_database(mongo_client: MongoClient[dict[str, Any]]) -> Iterator[str]:
    """One for all tests of this service: building its indexes takes longer than a test does."""
    name = f"test_{uuid4().hex[:12]}"
    yield name
    for database in mongo_client.list_database_names():
        if database.startswith(name):
            mongo_client.drop_database(database)


@pytest.fixture(scope="session")
async def copies(mongo_url: str, sales_database: str) -> AsyncIterator[tuple[Store, Store]]:
    first, second = await open_copy(mongo_url, sales_database), await open_copy(mongo_url, sales_database)
    yield first, second
    await first.close()
    await second.close()


@pytest.fixture
async def store(copies: tuple[Store, Store]) -> Store:
    """One copy of the service, on an empty database."""
    store, _ = copies
    await begin_anew(store)
    return store


@pytest.fixture
def other(store: Store, copies: tuple[Store, Store]) -> Store:
    """A second copy of the service on the same database."""
    return copies[1]


@pytest.fixture(scope="session")
def shared_mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture(scope="session")
async def service(
    mongo_url: str, amqp_url: str, sales_database: str, shared_mailbox: Mailbox
) -> AsyncIterator[Running]:
    async with mailing(
        SALES, shared_mailbox, mongo_url=mongo_url, amqp_url=amqp_url, database=sales_database
    ) as service:
        yield service


@pytest.fixture
async def sales(service: Running) -> Running:
    """The service as it runs, on an empty database."""
    await begin_anew(service.app[STORE])
    if service.identities.people != default_directory():
        await service.forget_people()
    return service


async def begin_anew(store: Store) -> None:
    """An empty database, but for the pipeline that every installation has."""
    await empty(store)
    await make_default_pipeline(store)
