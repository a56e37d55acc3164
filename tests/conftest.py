"""A real database and a real broker for the tests that ask for them.

MONGO_URL and AMQP_URL name running ones; without them private nodes are started once for all workers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from deploy.local.shared import SharedNodes, shared_nodes

ALONE = "master"


@pytest.fixture(scope="session")
def worker() -> str:
    """The name of this test process among those that share the nodes."""
    return os.environ.get("PYTEST_XDIST_WORKER", ALONE)


@pytest.fixture(scope="session")
def nodes(worker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedNodes]:
    run = tmp_path_factory.getbasetemp()
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0"))
    workers = [f"gw{number}" for number in range(count)] or [ALONE]
    with shared_nodes(run if worker == ALONE else run.parent, workers) as shared:
        yield shared


@pytest.fixture(scope="session")
def mongo_url(request: pytest.FixtureRequest) -> str:
    return os.environ.get("MONGO_URL") or _started(request).mongo_url


@pytest.fixture(scope="session")
def amqp_url(request: pytest.FixtureRequest, worker: str) -> str:
    """A virtual host of this worker's own, unless AMQP_URL is given."""
    return os.environ.get("AMQP_URL") or _started(request).amqp_urls[worker]


@pytest.fixture(scope="session")
def mongo_client(mongo_url: str) -> Iterator[MongoClient[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](mongo_url) as client:
        yield client


@pytest.fixture
def database_name(worker: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[str]:
    """A name of this test's own; databases of that name, or whose name it begins, are dropped afterwards."""
    with _database(worker, mongo_client) as name:
        yield name


@pytest.fixture(scope="module")
def shared_database(worker: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[str]:
    """As `database_name`, for the tests of one file together: to start a service takes longer than most tests."""
    with _database(worker, mongo_client) as name:
        yield name


@contextmanager
def _database(worker: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[str]:
    name = f"test_{worker}_{uuid4().hex[:12]}"
    yield name
    for database in mongo_client.list_database_names():
        if database.startswith(name):
            mongo_client.drop_database(database)


def _started(request: pytest.FixtureRequest) -> SharedNodes:
    nodes: SharedNodes = request.getfixturevalue("nodes")
    return nodes
