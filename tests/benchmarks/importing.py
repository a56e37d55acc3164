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
from rich.table import Table

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
                CONSOLE.print(await _steps(session, side, await _sent(session, file), rows))


async def _steps(session: ClientSession, side: Side, import_id: str, rows: int) -> Table:
    table = Table("", "seconds", "until all is quiet", "counts", "contacts", title=f"{rows:,} rows")
    for action in ("check", "run", "undo"):
        started = time.perf_counter()
        found = await _done(session, import_id, action)
        ended = time.perf_counter() - started
        await side.drained()
        quiet = time.perf_counter() - started
        async with session.get("/api/v1/contacts/$count") as response:
            number = await response.text()
        counts = ", ".join(f"{count:,} {name}" for name, count in found["counts"].items() if count)
        table.add_row(action, f"{ended:.1f}", f"{quiet:.1f}", counts, number)
    return table


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
