"""Two copies of everything, and no moment at which all of them live."""

import random
from collections.abc import AsyncIterator

import pytest

from deploy.local.stack import Stack
from deploy.services import PORTS
from tests.faults.load import load
from tests.faults.scene import Scene, entered, observed, staged

pytestmark = pytest.mark.full

KILLS = 30


@pytest.fixture(scope="module")
async def pairs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with staged(tmp_path_factory.mktemp("pairs"), copies=dict.fromkeys(PORTS, 2)) as running:
        yield running


@pytest.fixture(scope="module")
async def doubled(pairs: Stack) -> AsyncIterator[Scene]:
    async with observed(pairs) as databases, entered(pairs, databases) as scene:
        yield scene


async def test_copies_that_die_in_turn_lose_and_double_nothing(doubled: Scene) -> None:
    ledger, chance = doubled.ledger(), random.Random(30)
    async with load(ledger) as work:
        for _ in range(KILLS):
            await work.goes_on(15)
            doubled.suite.kill(chance.choice(list(PORTS)), copy=chance.randrange(2))
    await doubled.holds(ledger)


@pytest.mark.parametrize("service", sorted(PORTS))
async def test_a_service_that_is_killed_many_times_loses_and_doubles_nothing(doubled: Scene, service: str) -> None:
    ledger = doubled.ledger()
    async with load(ledger) as work:
        for kill in range(4):
            await work.goes_on(30)
            await doubled.killed(service, copy=kill % 2)
    await doubled.holds(ledger)
