"""`make bench ARGS=timeline`: pages of timelines where very many entries are kept.

First at the store, as the activity service asks it; then through the gateway, by somebody who sees all of them. One
question after the other.
"""

import re
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from deploy.local.home import Home
from deploy.local.stack import Stack, stack
from libs.store.store import Store
from libs.web.settings import ServiceSettings
from services.activity.relations.store import alone, circle_of
from services.activity.timeline.model import KINDS
from services.activity.timeline.store import cursor_of, parts_after, places_of, read_entries
from tests.benchmarks.asking import CHANCE, Ask, timed
from tests.benchmarks.happenings import BELOW, LARGEST, USUAL, fill_timelines
from tests.benchmarks.load import connections
from tests.benchmarks.population import BEGINNING
from tests.benchmarks.sides import ours_side
from tests.benchmarks.usage import spread

CONSOLE: Final = Console(width=120)
TOP: Final = 50
IN_ORDER: Final = frozenset({"LIMIT", "FETCH", "SORT_MERGE", "IXSCAN"})
_STAGE: Final = re.compile(r"'stage': '(\w+)'")
OPTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "what names it alone": {"related": "false"},
    "with what belongs to it": {},
    "with it, calls": {"kind": "phone_call"},
    "with it, letters, which are rare": {"kind": "letter"},
    "with it, activities of all types": {"kind": "activity"},
}


async def run(entries: int, requests: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        async with stack(Home(Path(directory), private=True)) as running, ours_side(running) as side:
            started = time.perf_counter()
            accounts = fill_timelines(running, entries)
            CONSOLE.print(f"{entries:,} entries of {len(accounts):,} accounts, {time.perf_counter() - started:.0f} s")
            groups = {
                f"{USUAL} records belong to it": accounts[2:],
                f"{LARGEST} records": accounts[:1],
                f"{BELOW} accounts below it, {USUAL} records each": accounts[1:2],
            }
            CONSOLE.print(await at_the_store(running, groups, requests))
            async with connections(side.url, 1) as [connection]:
                for name, group in groups.items():
                    CONSOLE.print(name)
                    known = [{"id": id_} for id_ in group]
                    CONSOLE.print(await timed(connection, side, PATHS, known, requests))


def _path(options: Mapping[str, str]) -> Ask:
    query = "&".join([f"$top={TOP}", *(f"{name}={value}" for name, value in options.items())])
    return lambda account: f"/api/v1/timeline/accounts/{account['id']}?{query}"


PATHS: Final = {name: _path(options) for name, options in OPTIONS.items()}


async def at_the_store(running: Stack, groups: Mapping[str, Sequence[str]], requests: int) -> Table:
    settings = ServiceSettings(mongo_url=running.nodes.mongo_url)
    store = await Store.open(settings.mongo_url, settings.database_of("activity"), service="activity")
    table = Table("an account", f"a page of {TOP}, ms", "keys read", "entries read", title="At the store")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, accounts in groups.items():
        for what, options in OPTIONS.items():
            times = [await page(store, CHANCE.choice(accounts), options) for _ in range(requests)]
            keys, documents = await cost(store, accounts[0], options)
            table.add_row(f"{name}: {what}", spread(times, "{:.1f}"), f"{keys:,}", f"{documents:,}")
    await store.close()
    return table


async def page(store: Store, account: str, options: Mapping[str, str]) -> float:
    """Milliseconds, with the look-up of what belongs to it."""
    started = time.perf_counter()
    subjects = await subjects_of(store, account, options)
    piece = await read_entries(store, subjects, top=TOP, after=None, kinds=kinds_of(options))
    if not piece.entries:
        raise RuntimeError(f"nothing happened to {account}")
    return (time.perf_counter() - started) * 1000


async def cost(store: Store, account: str, options: Mapping[str, str]) -> tuple[int, int]:
    """How many keys and how many entries the database reads at most for such a page, of indexes that have its order."""
    subjects = await subjects_of(store, account, options)
    ran: list[dict[str, Any]] = []
    [whole] = parts_after(None)
    for place in places_of(subjects, kinds_of(options)):
        explained = await cursor_of(store, place, whole, since=BEGINNING).limit(TOP + 1).explain()
        stages = set(_STAGE.findall(str(explained["queryPlanner"]["winningPlan"])))
        if not stages <= IN_ORDER:
            raise RuntimeError(f"a page is not read from an index in its order: {sorted(stages)}")
        ran.append(explained["executionStats"])
    return sum(each["totalKeysExamined"] for each in ran), sum(each["totalDocsExamined"] for each in ran)


async def subjects_of(store: Store, account: str, options: Mapping[str, str]) -> Sequence[str]:
    subject = f"accounts/{account}"
    circle = await alone(store, subject) if options.get("related") == "false" else await circle_of(store, subject)
    return circle.subjects


def kinds_of(options: Mapping[str, str]) -> tuple[str, ...]:
    return KINDS[options["kind"]] if "kind" in options else ()
