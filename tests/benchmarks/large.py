"""`make bench ARGS=large`: searching, listing, counting and exporting many contacts, through the gateway, signed in.

Requests come one after the other. How the database finds what they ask for is looked up in its profile of them.
"""

import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final
from urllib.parse import quote

from aiohttp import ClientSession
from pymongo import MongoClient
from rich.console import Console
from rich.table import Table

from deploy.local.home import Home
from deploy.local.stack import Stack, stack
from libs.web.settings import ServiceSettings
from tests.benchmarks.filling import fill
from tests.benchmarks.load import Connection, connections
from tests.benchmarks.sides import Side, ours_side
from tests.benchmarks.usage import resident_bytes, spread
from tests.support.waiting import eventually

Contact = Mapping[str, Any]
Ask = Callable[[Contact], str]
"""What to ask for, so that this contact is among the answers."""

CONSOLE: Final = Console(width=120)
CHANCE: Final = random.Random(11)
SEARCH: Final = "/api/v1/search?q="
LIST: Final = "/api/v1/contacts?"
COUNT: Final = "/api/v1/contacts/$count?"


def misspelled(word: str) -> str:
    place = CHANCE.randrange(1, len(word) - 1)
    return word[:place] + word[place + 1 :] if CHANCE.random() < 0.5 else word[:place] + "x" + word[place + 1 :]


SEARCHES: Final[Mapping[str, Ask]] = {
    "last name": lambda contact: contact["last_name"],
    "its first letter": lambda contact: contact["last_name"][:1],
    "its first three": lambda contact: contact["last_name"][:3],
    "one letter amiss": lambda contact: misspelled(contact["last_name"]),
    "two letters amiss": lambda contact: misspelled(misspelled(contact["last_name"])),
    "two names, one amiss": lambda contact: f"{contact['first_name']} {misspelled(contact['last_name'])}",
    "e-mail": lambda contact: contact["email"],
    "end of a phone number": lambda contact: contact["phone"][-6:],
    "what all have": lambda _: "example org",
}
LISTS: Final[Mapping[str, Ask]] = {
    "newest first": lambda _: "$orderby=created_at desc",
    "by e-mail": lambda contact: f"$filter=email eq '{contact['email']}'",
    "of one owner, newest first": lambda contact: (
        f"$filter=owner_id eq '{contact['owner_id']}'&$orderby=created_at desc"
    ),
    "of one owner, counted": lambda contact: f"$filter=owner_id eq '{contact['owner_id']}'&$count=true",
    "one, and the count of all": lambda _: "$top=1&$count=true",
    "$search of a last name": lambda contact: f"$search={contact['last_name']}",
}
COUNTS: Final[Mapping[str, Ask]] = {
    "all": lambda _: "",
    "of one owner": lambda contact: f"$filter=owner_id eq '{contact['owner_id']}'",
}
EXPORTS: Final = 3


def paths(pattern: str, asks: Mapping[str, Ask]) -> dict[str, Ask]:
    def path_of(ask: Ask) -> Ask:
        return lambda contact: pattern + quote(ask(contact), safe="$=&")

    return {f"{pattern.partition('?')[0].rpartition('/')[2]}: {name}": path_of(ask) for name, ask in asks.items()}


LISTED: Final = {**paths(LIST, LISTS), **paths(COUNT, COUNTS)}


async def run(records: int, requests: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        home = Home(Path(directory), private=True)
        async with stack(home) as running, ours_side(running) as side:
            before = resident_bytes(running.pid("journal") or 0)
            with CONSOLE.status(f"filling in {records:,} contacts"):
                known = await fill(running, records)
            seconds = await rebuilt(side, records)
            grown = resident_bytes(running.pid("journal") or 0) - before
            CONSOLE.print(f"{records:,} contacts: search built in {seconds:.1f} s, journal {grown / 2**20:+.0f} MiB")
            async with connections(side.url, 1) as [connection]:
                CONSOLE.print(await timed(connection, side, known, requests))
                CONSOLE.print(await plans(running, connection, side, known))
            exports = [await export(side) for _ in range(EXPORTS)]
            CONSOLE.print(f"export of all as CSV, seconds: {spread(exports, '{:.1f}')}")


async def rebuilt(side: Side, records: int) -> float:
    headers = {"Authorization": side.headers.strip().partition(": ")[2]}
    async with ClientSession(side.url, headers=headers) as session:
        async with session.post("/api/v1/search/rebuild") as response:
            wanted = (await response.json())["rebuilds"]
        started = time.perf_counter()

        async def built() -> bool:
            async with session.get("/api/v1/search/state") as response:
                state = await response.json()
            return bool(state.get("rebuilds") == wanted and state["records"] >= records)

        await eventually(built, within=180, every=0.1)
        return time.perf_counter() - started


async def timed(connection: Connection, side: Side, known: Sequence[Contact], requests: int) -> Table:
    table = Table(title="Milliseconds from request to answer, one request at a time")
    for column in ("", "median", "95 %", "worst"):
        table.add_column(column, justify="right" if column else "left")
    for name, path in {**paths(SEARCH, SEARCHES), **LISTED}.items():
        times = [await answered(connection, side, path(CHANCE.choice(known))) for _ in range(requests)]
        shown = median(times), quantiles(times, n=20)[-1], max(times)
        table.add_row(name, *(f"{each * 1000:.1f}" for each in shown))
    return table


async def answered(connection: Connection, side: Side, path: str) -> float:
    started = time.perf_counter()
    reply = await connection.request("GET", path, headers=side.headers)
    if reply.status != 200:
        raise RuntimeError(f"{path} answered {reply.status}: {reply.body[:300]!r}")
    return time.perf_counter() - started


async def plans(running: Stack, connection: Connection, side: Side, known: Sequence[Contact]) -> Table:
    """By which plan sales' database answered each list, and how much it read for it."""
    settings = ServiceSettings(mongo_url=running.nodes.mongo_url)
    client: MongoClient[dict[str, Any]] = MongoClient(settings.mongo_url)
    database = client[settings.database_of("sales")]
    table = Table(title="How the database found it")
    for column in ("", "plan", "entries read", "records read"):
        table.add_column(column, justify="right" if "read" in column else "left")
    for name, path in LISTED.items():
        database.command("profile", 2)
        await answered(connection, side, path(CHANCE.choice(known)))
        database.command("profile", 0)
        for seen in database["system.profile"].find({"ns": f"{database.name}.contacts"}):
            read = (f"{seen.get(what, 0):,}" for what in ("keysExamined", "docsExamined"))
            table.add_row(name, seen.get("planSummary", ""), *read)
        database.drop_collection("system.profile")
    client.close()
    return table


async def export(side: Side) -> float:
    headers = {"Authorization": side.headers.strip().partition(": ")[2]}
    started = time.perf_counter()
    async with ClientSession(side.url, headers=headers) as session, session.get("/api/v1/contacts/export") as response:
        response.raise_for_status()
        async for _ in response.content.iter_chunked(1 << 20):
            pass
    return time.perf_counter() - started
