"""The very first start, one service after the other, with people at work from the first sign-in on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest

from deploy.local.home import Home
from deploy.local.stack import Stack, stack
from deploy.local.suite import choose_copies, commands
from deploy.services import PORTS
from tests.faults.ledger import Ledger, Outcome, Record
from tests.faults.scene import OUTSIDE, UNLIMITED, entered, observed

JOURNAL_LAST: Final = ("identity", "gateway", "sales", "marketing", "activity", "reporting", "service", "journal")
SALES_LAST: Final = ("identity", "gateway", "journal", "reporting", "marketing", "activity", "service", "sales")


async def work(ledger: Ledger, services: Sequence[str]) -> None:
    """A write at each service that is there, as far as it needs no other one."""
    text = uuid4().hex
    if "sales" in services:
        account = await made(ledger, "accounts", {"name": f"Account {text}"})
        if "service" in services:
            await made(ledger, "cases", {"title": f"Case {text}", "customer": account})
    if "marketing" in services:
        campaign = await made(ledger, "campaigns", {"name": f"Campaign {text}"})
        if "activity" in services:
            somebody = {"last_name": text[:12], "email": f"{text}@example.org"}
            answer = {"type": "campaign_response", "subject": f"Answer {text}", "response": "interested"}
            await made(ledger, "activities", {**answer, "campaign_id": campaign["id"], "customer": somebody})


async def made(ledger: Ledger, collection: str, body: Record) -> dict[str, str]:
    """The new record, as others refer to it."""
    entry = await ledger.ask("POST", collection, body)
    assert entry.answer is not None
    assert entry.outcome is Outcome.OK, str(entry)
    return {"collection": collection, "id": entry.answer.body["id"]}


@asynccontextmanager
async def nodes(directory: Path) -> AsyncIterator[Stack]:
    """A database and a broker that have never seen a service, and all services still to be started."""
    home = Home(directory, private=True)
    async with stack(home, services=[]) as running:
        copies = choose_copies(home, PORTS, {})
        yield replace(running, copies={copy.name: copy for copy in copies})


async def test_whoever_starts_last_gets_every_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In two suites at the same time: each of them waits for one process after the other."""
    for name in OUTSIDE:
        monkeypatch.delenv(name, raising=False)
    orders = {"the journal last": JOURNAL_LAST, "sales last": SALES_LAST}
    async with asyncio.TaskGroup() as suites:
        for name, order in orders.items():
            suites.create_task(gets_every_event(tmp_path / name, order), name=name)


async def gets_every_event(directory: Path, order: Sequence[str]) -> None:
    async with nodes(directory) as suite, observed(suite) as databases:
        starts = {each.name: each for each in commands(suite.home, suite.copies.values(), suite.nodes, UNLIMITED)}
        for name in order[:2]:
            await suite.supervisor.keep(starts[name])
            await suite.wait_until_ready(name)
        async with entered(suite, databases) as scene:
            ledger = scene.ledger()
            for number, name in enumerate(order[2:], 3):
                await suite.supervisor.keep(starts[name])
                await suite.wait_until_ready(name)
                await scene.served(name)
                await work(ledger, order[:number])
            evidence = await scene.holds(ledger)
    interested = sum(entry.collection == "activities" for entry in ledger.entries)
    assert interested == len(evidence.in_collection("leads")) > 0
