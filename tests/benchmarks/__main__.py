"""`make bench`: our gateway and services beside the bare reference, in one run, rounds of the two taking turns.

Figures are medians with the smallest and the largest round in brackets. Requests come 32 at a time over kept
connections; CPU is that of the gateway (or the bare proxy) and the owning service, per request.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

from rich.console import Console
from rich.table import Table

from deploy.local.home import Home
from deploy.local.stack import stack
from tests.benchmarks import large
from tests.benchmarks.latency import measure_latency
from tests.benchmarks.load import AT_ONCE, Call, burst, connections
from tests.benchmarks.sides import Side, bare_side, everything, lead, ours_side, quiet
from tests.benchmarks.usage import Rounds, cpu_seconds

CONSOLE = Console(width=120)
RECORDS = 10_000

Discipline: TypeAlias = Callable[[Side, Rounds], Awaitable[None]]


async def create(side: Side, rounds: Rounds) -> None:
    """A burst of creates; ours publishes and handles its events meanwhile."""
    calls = [Call("POST", side.collection, lead(number), side.headers) for number in range(rounds.requests)]
    await measured(side, rounds, calls, expected=201)


async def read(side: Side, rounds: Rounds) -> None:
    calls = [Call("GET", f"{side.collection}/{side.known}", headers=side.headers)] * rounds.requests
    await measured(side, rounds, calls, expected=200)


async def page(side: Side, rounds: Rounds) -> None:
    path = f"{side.collection}?$top=50" if side.headers else side.collection
    calls = [Call("GET", path, headers=side.headers)] * (rounds.requests // 4)
    await measured(side, rounds, calls, expected=200)


async def measured(side: Side, rounds: Rounds, calls: list[Call], *, expected: int) -> None:
    async with connections(side.url, AT_ONCE) as open_:
        before, all_before = cpu_seconds(side.pids), cpu_seconds(side.everybody)
        seconds, _ = await burst(open_, calls, expected=expected)
        rounds.per_second.append(len(calls) / seconds)
        rounds.cpu.append((cpu_seconds(side.pids) - before) / len(calls) * 1e6)
        await side.drained()
        rounds.cpu_with_events.append((cpu_seconds(side.everybody) - all_before) / len(calls) * 1e6)


async def compare(name: str, discipline: Discipline, sides: list[Side], *, requests: int, repeats: int) -> list[str]:
    """One row of the table: both sides, taking turns, after a round that does not count."""
    results = {side.name: Rounds(requests) for side in sides}
    for repeat in range(repeats + 1):
        for side in sides:
            await discipline(side, results[side.name] if repeat else Rounds(requests))
    ours, bare = results["tandem"], results["bare"]
    return [
        name,
        bare.told("per_second"),
        ours.told("per_second"),
        f"{ours.middle('per_second') / bare.middle('per_second'):.2f}",
        bare.told("cpu"),
        ours.told("cpu"),
        f"{bare.middle('cpu') / ours.middle('cpu'):.2f}",
        ours.told("cpu_with_events"),
    ]


def table() -> Table:
    made = Table(title="Through the gateway, signed in, beside aiohttp and motor without checks or events")
    for column in (
        "",
        "bare req/s",
        "tandem req/s",
        "ratio",
        "bare µs CPU",
        "tandem µs CPU",
        "ratio",
        "µs with all events",
    ):
        made.add_column(column, justify="left" if not column else "right")
    return made


async def run(requests: int, repeats: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        home = Home(Path(directory), private=True)
        CONSOLE.print("Starting the suite and the reference …")
        async with stack(home) as running, ours_side(running) as ours, bare_side(running.nodes.mongo_url) as bare:
            sides = [bare, ours]
            CONSOLE.print(f"Filling both with {RECORDS:,} records …")
            for side in sides:
                await side.fill(RECORDS)
            shown = table()
            for name, discipline in (("create", create), ("read", read), ("list 50", page)):
                with CONSOLE.status(f"{name}: {repeats} rounds of {requests} requests each"):
                    shown.add_row(*await compare(name, discipline, sides, requests=requests, repeats=repeats))
            CONSOLE.print(shown)
            await quiet(running)
            with CONSOLE.status("event latency at 100 writes a second"):
                CONSOLE.print(await measure_latency(running, ours, writes=1000))
            CONSOLE.print(everything(running))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2000, help="in each round")
    parser.add_argument("--repeats", type=int, default=5, help="rounds that count")
    parser.add_argument("part", nargs="?", choices=["compared", "large"], default="compared", help="what to measure")
    parser.add_argument("--records", type=int, default=200_000, help="contacts of the part large")
    options = parser.parse_args()
    match options.part:
        case "large":
            asyncio.run(large.run(options.records, min(options.requests, 200)))
        case _:
            asyncio.run(run(options.requests, options.repeats))


if __name__ == "__main__":
    main()
