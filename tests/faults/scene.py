"""The running suite, somebody who asks it, and the look at what it has stored."""

from __future__ import annotations

import signal
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from aiohttp import ClientSession, ClientTimeout, TCPConnector
from pymongo import AsyncMongoClient

from deploy.local.home import Home
from deploy.local.stack import Stack, stack
from deploy.local.suite import admin_password
from tests.faults.evidence import Databases, Document, Evidence, depths
from tests.faults.invariants import breaches
from tests.faults.ledger import Ledger, Outcome
from tests.support.broker_tool import broker_tool
from tests.support.calling import READABLE, Caller, sign_in
from tests.support.waiting import eventually

READY_WITHIN: Final = 60.0
QUIET_WITHIN: Final = 90.0
"""Seconds: the longest retry that an outage of some seconds leads to is the tier of 30."""

SHOWN: Final = 20


PATIENCE: Final = ClientTimeout(total=40)
OUTSIDE: Final = ("MONGO_URL", "AMQP_URL", "TANDEM_PORT", "TANDEM_ADMIN_PASSWORD")
UNLIMITED: Final = {
    "TANDEM_REQUESTS_PER_SECOND": "100000",
    "TANDEM_REQUEST_BURST": "100000",
}
"""One caller does the work of many."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where faults happen. `user_id` is of the caller."""

    suite: Stack
    databases: Databases
    caller: Caller
    user_id: str

    def ledger(self) -> Ledger:
        return Ledger(self.caller)

    async def back(self, name: str, copy: int, *, before: int | None) -> None:
        """Waits until the process that replaces `before` is there, and everybody is served again."""

        async def replaced() -> bool:
            return self.suite.pid(name, copy) not in {None, before}

        await eventually(replaced, within=READY_WITHIN)
        concerned = [name] if name in READABLE else list(READABLE)
        await self.suite.wait_until_ready(*concerned, within=READY_WITHIN)
        await self.served(*concerned)

    async def served(self, *services: str) -> None:
        """Waits until the gateway passes requests on to these services."""
        for service in services:

            async def answered(path: str = READABLE[service]) -> bool:
                return (await self.caller.ask("GET", path)).status == 200

            await eventually(answered, within=READY_WITHIN)

    async def killed(self, service: str, copy: int = 0) -> float:
        """Kills a copy and waits until it serves again; the seconds that took."""
        before, started = self.suite.pid(service, copy), time.monotonic()
        self.suite.kill(service, copy=copy)
        await self.back(service, copy, before=before)
        return time.monotonic() - started

    @contextmanager
    def frozen(self, name: str, copy: int = 0) -> Iterator[None]:
        """Stops a process for the length of the block, without ending it."""
        self.suite.kill(name, signal.SIGSTOP, copy)
        try:
            yield
        finally:
            self.suite.kill(name, signal.SIGCONT, copy)

    async def holds(self, ledger: Ledger, *, within: float = QUIET_WITHIN) -> Evidence:
        """Waits until everything that was asked has had its effects; fails with what then is wrong."""
        await self.suite.wait_until_ready(within=READY_WITHIN)
        await self.served(*READABLE)
        await eventually(lambda: self._answered(ledger), within=within, every=0.5)
        await eventually(self._quiet, within=within, every=0.25)
        deadline = time.monotonic() + within
        while wrong := breaches(evidence := await self.databases.look(), ledger):
            if time.monotonic() > deadline:
                shown = "\n".join(wrong[:SHOWN])
                raise AssertionError(f"{len(wrong)} breaches after {within} s, among them:\n{shown}")
            await eventually(self._quiet, within=within, every=0.25)
        return evidence

    async def broker_tool(self, *words: str) -> str:
        """What `rabbitmqctl` says; fields between tabs."""
        return await broker_tool(self.suite.nodes.broker, *words)

    async def _answered(self, ledger: Ledger) -> bool:
        """I6: what had no clear outcome gets one when it is asked again."""
        await ledger.repeat_unknown()
        return not ledger.of(Outcome.UNKNOWN)

    async def _quiet(self) -> bool:
        """I8: no event waits to be published, no message to be handled."""
        return not await self.databases.waiting() and not await depths(self.suite.nodes.broker.url())


@asynccontextmanager
async def staged(directory: Path, *, copies: Mapping[str, int]) -> AsyncIterator[Stack]:
    """A suite of one's own, with its own database and broker, which may be killed."""
    with pytest.MonkeyPatch.context() as environment:
        for name in OUTSIDE:
            environment.delenv(name, raising=False)
        async with stack(Home(directory, private=True), copies=copies, settings=UNLIMITED) as running:
            yield running


@asynccontextmanager
async def observed(suite: Stack) -> AsyncIterator[Databases]:
    async with AsyncMongoClient[Document](suite.nodes.mongo_url, tz_aware=True) as client:
        yield Databases(client)


@asynccontextmanager
async def entered(suite: Stack, databases: Databases) -> AsyncIterator[Scene]:
    url = suite.url("gateway")
    async with ClientSession(timeout=PATIENCE, connector=TCPConnector(limit=0)) as session:
        tokens = await sign_in(session, url, "admin", admin_password(suite.home))
        caller = Caller(session, url, tokens["access_token"])
        yield Scene(suite, databases, caller, (await caller.get("me"))["id"])
