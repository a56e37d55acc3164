"""The two that are compared: the suite, and the bare reference."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiohttp import ClientConnectionError, ClientSession
from rich.table import Table

from deploy.local.ports import is_free
from deploy.local.stack import Stack
from deploy.local.suite import admin_password
from deploy.services import PORTS
from tests.benchmarks.load import AT_ONCE, Call, burst, connections
from tests.benchmarks.usage import cpu_seconds, resident_bytes

_LETTERS: Final = str.maketrans("0123456789", "abcdefghij")


@dataclass(frozen=True, slots=True)
class Side:
    """Where one side answers. `pids` pass on and own a request, in this order; `everybody` handles its events too.

    `drained` waits until the suite is quiet, on either side, so that both begin after the same rest.
    """

    name: str
    url: str
    collection: str
    pids: tuple[int, ...]
    everybody: tuple[int, ...]
    drained: Callable[[], Awaitable[None]]
    headers: str = ""
    known: list[str] = field(default_factory=list)

    async def fill(self, count: int) -> None:
        """Makes records, whose ids are known from then on."""
        async with connections(self.url, AT_ONCE) as open_:
            calls = [Call("POST", self.collection, lead(number), self.headers) for number in range(count)]
            _, replies = await burst(open_, calls, expected=201)
        records = [json.loads(reply.body) for reply in replies]
        self.known[:] = [record.get("id") or record["_id"] for record in records]
        await self.drained()


def stranger() -> str:
    """A name that nobody has had; it has letters, as names have."""
    return str(time.monotonic_ns()).translate(_LETTERS)


def lead(number: int) -> bytes:
    """A body of the usual size; no two are of the same person."""
    name = stranger()
    body = {
        "topic": f"Interested in product {number % 97}",
        "first_name": "Ada",
        "last_name": f"Lovelace {name}",
        "company_name": "Analytical Engines",
        "email": f"ada{name}@example.org",
        "phone": f"+44 20 {time.monotonic_ns() % 10**8:08}",
    }
    return json.dumps(body).encode()


@asynccontextmanager
async def ours_side(running: Stack) -> AsyncIterator[Side]:
    async with ClientSession() as session:
        body = {"username": "admin", "password": admin_password(running.home)}
        async with session.post(f"{running.url('gateway')}/api/v1/auth/token", json=body) as response:
            token = (await response.json())["access_token"]
    pids = {name: running.pid(name) or 0 for name in PORTS}
    yield Side(
        "tandem",
        running.url("gateway"),
        "/api/v1/leads",
        (pids["gateway"], pids["sales"]),
        tuple(pids.values()),
        lambda: quiet(running),
        f"Authorization: Bearer {token}\r\n",
    )


@asynccontextmanager
async def bare_side(running: Stack) -> AsyncIterator[Side]:
    service, proxy = [port for port in range(18_700, 18_800) if is_free(port)][:2]
    commands = [
        ["service", str(service), running.nodes.mongo_url, "bare"],
        ["proxy", str(proxy), f"http://127.0.0.1:{service}"],
    ]
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.benchmarks.bare", *command)
        for command in commands
    ]
    pids = tuple(process.pid for process in reversed(processes))
    try:
        side = Side("bare", f"http://127.0.0.1:{proxy}", "/items", pids, pids, lambda: quiet(running))
        await _answering(f"{side.url}/items")
        yield side
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
            await process.wait()


async def _answering(url: str) -> None:
    deadline = time.monotonic() + 20
    async with ClientSession() as session:
        while time.monotonic() < deadline:
            try:
                async with session.get(url) as response:
                    if response.status == 200:
                        return
            except ClientConnectionError:
                await asyncio.sleep(0.1)
    raise TimeoutError(url)


async def quiet(running: Stack) -> None:
    """Waits until the services have nothing left to do: under a fifth of a core for two seconds."""
    pids = [pid for name in PORTS if (pid := running.pid(name))]
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        before = cpu_seconds(pids)
        await asyncio.sleep(2)
        if cpu_seconds(pids) - before < 0.4:
            return
    raise TimeoutError("the services are still busy after five minutes")


def everything(running: Stack) -> Table:
    """Memory of every process of the suite, after the run."""
    table = Table(title="Resident memory after the run")
    table.add_column("process")
    table.add_column("MiB", justify="right")
    for name in PORTS:
        if pid := running.pid(name):
            table.add_row(name, f"{resident_bytes(pid) / 2**20:.0f}")
    return table
