"""`make bench ARGS=alike`: the contacts with similar names, found among many by a job."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession
from rich.console import Console
from rich.table import Table

from deploy.local.home import Home
from deploy.local.stack import stack
from tests.benchmarks.filling import fill
from tests.benchmarks.sides import ours_side

CONSOLE: Final = Console(width=120)
RULE: Final = {
    "of": "contacts",
    "name": "Similar names",
    "conditions": [{"fields": ["full_name"], "match": "similar", "at_least": 0.9}],
}

Json = dict[str, Any]


async def run(records: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        async with stack(Home(Path(directory), private=True)) as running, ours_side(running) as side:
            with CONSOLE.status(f"filling in {records:,} contacts"):
                await fill(running, records)
            headers = {"Authorization": side.headers.strip().partition(": ")[2]}
            async with ClientSession(side.url, headers=headers) as session:
                CONSOLE.print(await _found(session, records))


async def _found(session: ClientSession, records: int) -> Table:
    table = Table("", "seconds", "result", title=f"Similar names among {records:,} contacts")
    started = time.perf_counter()
    await _post(session, "/api/v1/duplicate_rules", RULE)
    keys = await _ended(session, lambda job: job["kind"] == "match_keys" and job["done"] >= records)
    table.add_row("keys for all records", f"{time.perf_counter() - started:.1f}", f"{keys['done']:,} records")
    started = time.perf_counter()
    begun = await _post(session, "/api/v1/contacts/find_duplicates", {})
    found = await _ended(session, lambda job: job["id"] == begun["id"])
    table.add_row("find_duplicates", f"{time.perf_counter() - started:.1f}", str(found["result"]))
    return table


async def _post(session: ClientSession, path: str, body: Json) -> Json:
    async with session.post(path, json=body) as response:
        response.raise_for_status()
        answer: Json = await response.json()
        return answer


async def _ended(session: ClientSession, wanted: Callable[[Json], bool]) -> Json:
    """The first wanted job of sales that has ended well."""
    while True:
        async with session.get("/api/v1/jobs?service=sales&$top=200") as response:
            response.raise_for_status()
            jobs: list[Json] = (await response.json())["value"]
        if found := [job for job in jobs if wanted(job) and job["state"] == "succeeded"]:
            return found[0]
        await asyncio.sleep(0.2)
