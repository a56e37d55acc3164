"""Asking the gateway for one thing after the other, and looking up how the database of sales found it."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median, quantiles
from typing import Any, Final
from urllib.parse import quote

from pymongo import MongoClient
from rich.table import Table

from deploy.local.stack import Stack
from libs.web.settings import ServiceSettings
from tests.benchmarks.load import Connection
from tests.benchmarks.sides import Side

Known = Mapping[str, Any]
Ask = Callable[[Known], str]
"""What to ask for, so that this record is among the answers."""

CHANCE: Final = random.Random(11)


def paths(pattern: str, asks: Mapping[str, Ask]) -> dict[str, Ask]:
    def path_of(ask: Ask) -> Ask:
        return lambda record: pattern + quote(ask(record), safe="$=&")

    return {f"{pattern.partition('?')[0].rpartition('/')[2]}: {name}": path_of(ask) for name, ask in asks.items()}


async def timed(
    connection: Connection, side: Side, asked: Mapping[str, Ask], known: Sequence[Known], requests: int
) -> Table:
    table = Table(title="Milliseconds from request to answer, one request at a time")
    for column in ("", "median", "95 %", "worst"):
        table.add_column(column, justify="right" if column else "left")
    for name, path in asked.items():
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


async def plans(
    running: Stack,
    connection: Connection,
    side: Side,
    collection: str,
    *,
    asked: Mapping[str, Ask],
    known: Sequence[Known],
) -> Table:
    """By which plan sales' database answered each, and how much of the collection it read for it."""
    settings = ServiceSettings(mongo_url=running.nodes.mongo_url)
    client: MongoClient[dict[str, Any]] = MongoClient(settings.mongo_url)
    database = client[settings.database_of("sales")]
    table = Table(title="How the database found it")
    for column in ("", "plan", "entries read", "records read", "ms"):
        table.add_column(column, justify="left" if column in {"", "plan"} else "right")
    for name, path in asked.items():
        database.command("profile", 2)
        await answered(connection, side, path(CHANCE.choice(known)))
        database.command("profile", 0)
        for seen in database["system.profile"].find({"ns": f"{database.name}.{collection}"}):
            read = (f"{seen.get(what, 0):,}" for what in ("keysExamined", "docsExamined", "millis"))
            table.add_row(name, seen.get("planSummary", ""), *read)
        database.drop_collection("system.profile")
    client.close()
    return table
