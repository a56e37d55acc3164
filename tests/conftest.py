"""A real database and a real broker for the tests that ask for them.

MONGO_URL and AMQP_URL name running ones; without them private nodes are started once for all workers.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import disk_usage
from typing import Any, Final
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from pymongo import MongoClient
from pymongo.database import Database
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]  # it comes without types

from deploy.local.shared import SharedNodes, shared_nodes

# The same examples on every machine, however slow it is and however long it thinks about one of them.
settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

ALONE = "master"
WITH_A_SUITE: Final = ("tests/faults/", "tests/flows/")
"""Folders whose tests share the whole suite of services, running."""


class ByFile(LoadFileScheduling):  # type: ignore[misc]  # an untyped library's
    """The tests of a file go to one worker, so that what they share is started once; so do those of a whole suite."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in WITH_A_SUITE if nodeid.startswith(folder)), nodeid.partition("::")[0])


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays until the end: there is no use in looking through it for what could be thrown away."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """A worker ends at once when it has told everything: to take all that it holds apart would take ten seconds."""
    if hasattr(config, "workerinput"):
        os._exit(0)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    return ByFile(config, log)


MEMORY: Final = Path("/dev/shm")  # noqa: S108 - what is made there has a name that nobody can guess
ROOM: Final = 4 << 30


@pytest.fixture(scope="session")
def worker() -> str:
    """The name of this test process among those that share the nodes."""
    return os.environ.get("PYTEST_XDIST_WORKER", ALONE)


@pytest.fixture(scope="session")
def nodes(worker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedNodes]:
    run = tmp_path_factory.getbasetemp()
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0"))
    workers = [f"gw{number}" for number in range(count)] or [ALONE]
    with shared_nodes(run if worker == ALONE else run.parent, workers, home=in_memory()) as shared:
        yield shared


def in_memory() -> Path | None:
    """A new place there, if there is plenty of room: the nodes are busy with the disk for a quarter of their time."""
    with suppress(OSError):
        if disk_usage(MEMORY).free > ROOM:
            return MEMORY / f"tandem-{uuid4().hex}"
    return None


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


@pytest.fixture(scope="session")
def kept_databases(worker: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[str]:
    """What the names of databases begin with that stay until the end."""
    with _database(worker, mongo_client) as name:
        yield name


@pytest.fixture(scope="module")
def emptied_database(kept_databases: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[str]:
    """As `shared_database`, for a service that many files run: to build its indexes takes longer than all else."""
    yield kept_databases
    for name in mongo_client.list_database_names():
        if name.startswith(kept_databases):
            clear(mongo_client[name])


def clear(database: Database[dict[str, Any]]) -> None:
    """Takes all documents off, and leaves the indexes."""
    for collection in database.list_collections(filter={"type": "collection"}):
        database[collection["name"]].delete_many({})


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
