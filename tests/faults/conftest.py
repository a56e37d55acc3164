"""The suite under faults. Sales runs twice, so that what one copy leaves off another must take up."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from tests.faults.evidence import Databases
from tests.faults.scene import Scene, entered, observed, staged

FAULTS = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    for item in items:
        if FAULTS in item.path.parents:
            item.add_marker(pytest.mark.fault)
            item.add_marker(pytest.mark.timeout(900 if item.get_closest_marker("full") else 300))


@pytest.fixture(scope="session")
async def suite(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with staged(tmp_path_factory.mktemp("faults"), copies={"sales": 2}) as running:
        yield running


@pytest.fixture(scope="session")
async def databases(suite: Stack) -> AsyncIterator[Databases]:
    async with observed(suite) as databases:
        yield databases


@pytest.fixture
async def scene(suite: Stack, databases: Databases) -> AsyncIterator[Scene]:
    """A sign-in of its own for each fault, since an access token lasts for minutes only."""
    async with entered(suite, databases) as scene:
        yield scene
