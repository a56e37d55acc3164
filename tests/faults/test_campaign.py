"""A whole campaign is loaded, while what carries it is killed again and again."""

import asyncio
import csv
import os
from collections.abc import AsyncIterator
from itertools import cycle
from pathlib import Path
from typing import Final

import pytest
from rich.console import Console

from deploy.local.stack import Stack
from deploy.local.suite import admin_password
from libs.cli.client import Account, signed_in
from libs.cli.demo.bank import load_campaign
from tests.faults.memory import resident
from tests.faults.scene import Scene, entered, observed, staged

pytestmark = pytest.mark.full

CALLS: Final = 8_000
TAKEN_BY_EVERY: Final = 9
"""One client in so many takes the offer."""

VICTIMS: Final = (("sales", 0), ("activity", 0), ("rabbitmq", 0), ("sales", 1))
"""The two copies of sales have the lease of the relay's sweeper between them."""

BETWEEN: Final = 4.0


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[Stack]:
    """A suite of its own: whoever looks at everything after this would look at a whole campaign."""
    async with staged(tmp_path / "campaign", copies={"sales": 2}) as running:
        yield running


@pytest.fixture
async def campaign(alone: Stack) -> AsyncIterator[Scene]:
    async with observed(alone) as databases, entered(alone, databases) as scene:
        yield scene


async def test_a_campaign_arrives_exactly_while_what_carries_it_is_killed(campaign: Scene, tmp_path: Path) -> None:
    """`make faults MODE=full FILE=path` loads another file than the one that is made up here."""
    file = Path(os.environ["FILE"]) if "FILE" in os.environ else made_up(tmp_path / "campaign.csv")
    account = Account(campaign.suite.url("gateway"), "admin", admin_password(campaign.suite.home))
    console, kills = Console(), 0
    async with signed_in(account) as api:
        loading = asyncio.create_task(load_campaign(api, file, console))
        for victim, copy in cycle(VICTIMS):
            done, _ = await asyncio.wait({loading}, timeout=BETWEEN)
            if done:
                break
            await campaign.killed(victim, copy)
            kills += 1
        await loading
    assert kills >= len(VICTIMS)
    await campaign.holds(campaign.ledger())
    console.print(f"{kills} kills; MiB: {resident(campaign.suite)}")


def made_up(path: Path) -> Path:
    """A campaign file with as few columns as are needed."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("age", "job", "contact", "month", "day_of_week", "duration", "output"))
        for number in range(CALLS):
            taken = "no" if number % TAKEN_BY_EVERY else "yes"
            rows.writerow((18 + number % 60, "services", "telephone", "may", "mon", number % 600, taken))
    return path
