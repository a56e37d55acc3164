"""`make bench ARGS=import`: a file of contacts, one of a hundred rows bad, is checked, imported and undone.

Through the gateway; a step has ended when the import says so, and its events when no queue and no outbox holds any, as
`make demo` tells.
"""

import asyncio
import csv
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from aiohttp import FormData
from rich.console import Console
from rich.table import Table

from deploy.local.home import Home
from deploy.local.stack import Stack, stack
from deploy.local.suite import admin_password
from deploy.services import PORTS
from libs.cli.client import Account, Api, signed_in
from libs.cli.demo.arrival import States, arrived, on_the_way
from tests.benchmarks.population import Population
from tests.benchmarks.usage import Meter, resident_bytes

CONSOLE: Final = Console(width=120)
IMPORTS: Final = "/api/v1/imports"
COLUMNS: Final = ("first_name", "last_name", "email", "phone", "job_title")
ONE_BAD_IN: Final = 100
UNDERWAY: Final = frozenset({"checking", "running", "undoing"})


def write_file(path: Path, rows: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number, contact in enumerate(Population().contacts(rows)):
            email = "nobody" if number % ONE_BAD_IN == 0 else contact["email"]
            writer.writerow([{**contact, "email": email}[name] for name in COLUMNS])


async def run(rows: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        file = folder / "contacts.csv"
        write_file(file, rows)
        async with stack(Home(folder / "home", private=True)) as running:
            account = Account(running.url("gateway"), "admin", admin_password(running.home))
            async with signed_in(account) as api:
                import_id = await _sent(api, file)
            for action in ("check", "run", "undo"):
                async with signed_in(account) as api:  # a token lasts for minutes only
                    await _step(running, api, import_id, action, rows)


async def _step(running: Stack, api: Api, import_id: str, action: str, rows: int) -> None:
    meters = {name: Meter([pid], rows) for name, pid in _pids(running).items()}
    started = time.monotonic()
    found = await _done(api, import_id, action)
    ended = time.monotonic() - started
    own = {name: meter.read() for name, meter in meters.items()}
    number = (await api.get("/api/v1/contacts", **{"$top": "1", "$count": "true"}))["@odata.count"]
    counts = ", ".join(f"{count:,} {name}" for name, count in found["counts"].items() if count)
    CONSOLE.print(f"{action}: {ended:.1f} s; {counts}; {number:,} contacts are there")
    waited: dict[str, float] = {}

    async def look() -> States:
        states: States = (await api.get("/api/v1/operations"))["value"]
        waited.update({each["service"]: time.monotonic() - started for each in states if any(on_the_way([each]))})
        return states

    still = await arrived(look, every=2.0) - started  # each look counts all that waits
    CONSOLE.print(f"{action}: {still:.1f} s until every event had arrived everywhere")
    table = Table("", "events waited until, s", "µs of CPU a row: its record", "with all effects", "MiB")
    for name, pid in _pids(running).items():
        until = f"{waited[name]:.0f}" if name in waited else ""
        told = (f"{own[name]:.0f}", f"{meters[name].read():.0f}", f"{resident_bytes(pid) / 2**20:.0f}")
        table.add_row(name, until, *told)
    CONSOLE.print(table)


def _pids(running: Stack) -> Mapping[str, int]:
    return {name: pid for name in (*PORTS, "mongod", "rabbitmq") if (pid := running.pid(name))}


async def _sent(api: Api, file: Path) -> str:
    form = FormData({"collection": "contacts"})
    with file.open("rb") as content:
        form.add_field("file", content, filename=file.name)
        return str((await api.send(IMPORTS, form, collection="contacts"))["id"])


async def _done(api: Api, import_id: str, action: str) -> dict[str, Any]:
    await api.post(f"{IMPORTS}/{import_id}/{action}")
    while True:
        found: dict[str, Any] = await api.get(f"{IMPORTS}/{import_id}")
        if found["state"] not in UNDERWAY:
            return found
        await asyncio.sleep(0.2)
