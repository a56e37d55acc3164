"""A store on the real database, and a database of its own that fails when it is told to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from deploy.local.home import Home
from deploy.local.nodes import mongo_node
from deploy.local.process import Process
from libs.store.outbox import Pending
from libs.store.store import Store
from tests.libs.store.faults import Faults
from tests.libs.store.orders import Order, Parcel
from tests.support.waiting import PATIENCE


@pytest.fixture(scope="session")
def store_name(worker: str) -> str:
    """The database of this worker's store tests: its indexes are built once, its documents go after each test."""
    return f"test_store_{worker}_{uuid4().hex[:12]}"


@pytest.fixture(scope="session")
def store_url(mongo_url: str, mongo_client: MongoClient[dict[str, Any]], store_name: str) -> Iterator[str]:
    yield mongo_url
    mongo_client.drop_database(store_name)


@pytest.fixture
async def store(store_url: str, store_name: str) -> AsyncIterator[Store]:
    store = await Store.open(store_url, store_name, service="sales", records=[Order, Parcel], seconds=PATIENCE)
    yield store
    await _empty(store)


@pytest.fixture
def committed(store: Store) -> list[Pending]:
    """What the store has told the relay."""
    return _listening(store)


@pytest.fixture(scope="session")
async def faulty_mongo_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A server that takes the commands of its makers' own tests, such as to fail at a given point."""
    home = Home(tmp_path_factory.mktemp("faulty"), private=True)
    with home.held():
        node = mongo_node(home)
        command = node.command()
        process = await Process.start(replace(command, argv=[*command.argv, "--setParameter", "enableTestCommands=1"]))
        await node.wait_until_ready()
        yield node.url
        await process.stop()


@pytest.fixture
async def faults(faulty_mongo_url: str) -> AsyncIterator[Faults]:
    async with Faults(faulty_mongo_url) as faults:
        yield faults


@pytest.fixture
async def faulty_store(faulty_mongo_url: str, faults: Faults, store_name: str) -> AsyncIterator[Store]:
    """A store on the server that `faults` commands."""
    store = await Store.open(faulty_mongo_url, store_name, service="sales", records=[Order, Parcel], seconds=15.0)
    yield store
    await _empty(store)


@pytest.fixture
async def hasty_store(faulty_mongo_url: str, faulty_store: Store) -> AsyncIterator[Store]:
    """The same database, for a caller who waits no longer than two seconds."""
    name = faulty_store.database.name
    store = await Store.open(faulty_mongo_url, name, service="sales", records=[Order, Parcel], seconds=2.0)
    yield store
    await store.close()


@pytest.fixture
def committed_there(faulty_store: Store) -> list[Pending]:
    return _listening(faulty_store)


async def _empty(store: Store) -> None:
    for name in await store.database.list_collection_names():
        await store.collection(name).delete_many({})
    await store.close()


def _listening(store: Store) -> list[Pending]:
    heard: list[Pending] = []
    store.outbox.on_commit = heard.extend
    return heard
