"""`make bench ARGS=large`: searching, listing, counting and exporting many contacts, through the gateway, signed in.

Requests come one after the other. How the database finds what they ask for is looked up in its profile of them.
"""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aiohttp import ClientSession
from rich.console import Console

from deploy.local.home import Home
from deploy.local.stack import stack
from services.sales.contacts.model import Contact
from tests.benchmarks.asking import CHANCE, Ask, paths, plans, timed
from tests.benchmarks.filling import fill
from tests.benchmarks.load import connections
from tests.benchmarks.sides import Side, ours_side
from tests.benchmarks.usage import resident_bytes, spread
from tests.support.waiting import eventually

CONSOLE: Final = Console(width=120)
SEARCH: Final = "/api/v1/search?q="
LIST: Final = "/api/v1/contacts?"
COUNT: Final = "/api/v1/contacts/$count?"


def misspelled(word: str) -> str:
    place = CHANCE.randrange(1, max(2, len(word) - 1))
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
                CONSOLE.print(await timed(connection, side, {**paths(SEARCH, SEARCHES), **LISTED}, known, requests))
                found = await plans(running, connection, side, Contact.collection, asked=LISTED, known=known)
                CONSOLE.print(found)
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


async def export(side: Side) -> float:
    headers = {"Authorization": side.headers.strip().partition(": ")[2]}
    started = time.perf_counter()
    async with ClientSession(side.url, headers=headers) as session, session.get("/api/v1/contacts/export") as response:
        response.raise_for_status()
        async for _ in response.content.iter_chunked(1 << 20):
            pass
    return time.perf_counter() - started
