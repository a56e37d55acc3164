"""`make bench ARGS=import`: a file of contacts, one of a hundred rows bad, is checked, imported and undone.

Through the gateway; a step has ended when the import says so, and its events when no service has anything to do.
"""

import asyncio
import csv
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession, FormData
from rich.console import Console

from deploy.local.home import Home
from deploy.local.stack import stack
from tests.benchmarks.population import Population
from tests.benchmarks.sides import Side, ours_side

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
        async with stack(Home(folder / "home", private=True)) as running, ours_side(running) as side:
            await side.drained()
            headers = {"Authorization": side.headers.strip().partition(": ")[2]}
            async with ClientSession(side.url, headers=headers) as session:
                import_id = await _sent(session, file)
                for action in ("check", "run", "undo"):
                    await _step(session, side, import_id, action)


async def _step(session: ClientSession, side: Side, import_id: str, action: str) -> None:
    started = time.perf_counter()
    found = await _done(session, import_id, action)
    ended = time.perf_counter() - started
    async with session.get("/api/v1/contacts/$count") as response:
        number = int(await response.text())
    counts = ", ".join(f"{count:,} {name}" for name, count in found["counts"].items() if count)
    CONSOLE.print(f"{action}: {ended:.1f} s; {counts}; {number:,} contacts are there")
    await _announced(session)
    await side.drained()
    CONSOLE.print(f"{action}: {time.perf_counter() - started:.1f} s until every event had its effects")


async def _announced(session: ClientSession) -> None:
    """Waits until no event waits in a database or in a queue."""
    while True:
        async with session.get("/api/v1/operations") as response:
            states = (await response.json())["value"]
        waiting = [each["outbox"]["waiting"] for each in states]
        waiting += [queue["messages"] or 0 for each in states for queue in each["queues"]]
        if not any(waiting):
            return
        await asyncio.sleep(1.0)


async def _sent(session: ClientSession, file: Path) -> str:
    form = FormData({"collection": "contacts"})
    with file.open("rb") as content:
        form.add_field("file", content, filename=file.name)
        async with session.post(f"{IMPORTS}?collection=contacts", data=form) as response:
            response.raise_for_status()
            return str((await response.json())["id"])


async def _done(session: ClientSession, import_id: str, action: str) -> dict[str, Any]:
    async with session.post(f"{IMPORTS}/{import_id}/{action}") as response:
        response.raise_for_status()
    while True:
        async with session.get(f"{IMPORTS}/{import_id}") as response:
            found: dict[str, Any] = await response.json()
        if found["state"] not in UNDERWAY:
            return found
        await asyncio.sleep(0.2)
