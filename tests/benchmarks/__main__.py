"""`make bench`: our gateway and services beside the bare reference, in one run, rounds of the two taking turns.

Figures are medians with the smallest and the largest round in brackets. A ratio is that of two rounds that follow one
another; above 1 ours does more, or takes less. Requests come 32 at a time over kept connections; CPU is that of the
gateway (or the bare proxy) and the owning service, per request, and at the door that of the former alone.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import TypeAlias

from rich.console import Console
from rich.table import Table

from deploy.local.home import Home
from deploy.local.stack import stack
from tests.benchmarks import alike, documents, importing, large, pipeline, timelines
from tests.benchmarks.latency import measure_latency
from tests.benchmarks.load import AT_ONCE, Call, burst, connections
from tests.benchmarks.sides import Side, bare_side, everything, lead, ours_side, quiet
from tests.benchmarks.usage import Compared, Meter, Rounds

CONSOLE = Console(width=120)
RECORDS = 10_000
PARTS = ("compared", "pipeline", "timeline", "documents")

Discipline: TypeAlias = Callable[[Side, Rounds], Awaitable[None]]


async def create(side: Side, rounds: Rounds) -> None:
    """A burst of creates; ours publishes and handles its events meanwhile."""
    calls = [Call("POST", side.collection, lead(number), side.headers) for number in range(rounds.requests)]
    await measured(side, rounds, calls, expected=201)


async def read(side: Side, rounds: Rounds) -> None:
    asked = islice(cycle(side.known), rounds.requests)
    calls = [Call("GET", f"{side.collection}/{record_id}", headers=side.headers) for record_id in asked]
    await measured(side, rounds, calls, expected=200)


async def page(side: Side, rounds: Rounds) -> None:
    path = f"{side.collection}?$top=50" if side.headers else side.collection
    calls = [Call("GET", path, headers=side.headers)] * (rounds.requests // 4)
    await measured(side, rounds, calls, expected=200)


async def measured(side: Side, rounds: Rounds, calls: list[Call], *, expected: int) -> None:
    async with connections(side.url, AT_ONCE) as open_:
        door = Meter(side.pids[:1], len(calls))
        both, everybody = Meter(side.pids, len(calls)), Meter(side.everybody, len(calls))
        seconds, _ = await burst(open_, calls, expected=expected)
        rounds.per_second.append(len(calls) / seconds)
        rounds.door.append(door.read())
        rounds.cpu.append(both.read())
        await side.drained()
        rounds.cpu_with_events.append(everybody.read())


async def compare(discipline: Discipline, sides: list[Side], *, requests: int, repeats: int) -> Compared:
    """Both sides, taking turns, after a round that does not count."""
    results = {side.name: Rounds(requests) for side in sides}
    for repeat in range(repeats + 1):
        for side in sides:
            await discipline(side, results[side.name] if repeat else Rounds(requests))
    return Compared(results["bare"], results["tandem"])


def tables(compared: Mapping[str, Compared]) -> Iterator[Table]:
    yield table(
        "Requests a second",
        {name: (*each.told("per_second"), each.quicker("per_second")) for name, each in compared.items()},
    )
    yield table(
        "µs of CPU a request",
        {
            name: (*each.told("cpu"), each.cheaper("cpu"), each.ours.told("cpu_with_events"))
            for name, each in compared.items()
        },
        "with all events",
    )
    yield table(
        "Of it at the door",
        {name: (*each.told("door"), each.cheaper("door")) for name, each in compared.items()},
    )


def table(title: str, rows: Mapping[str, Sequence[str]], *further: str) -> Table:
    made = Table("", "bare", "tandem", "ratio", *further, title=title)
    for column in made.columns[1:]:
        column.justify = "right"
    for name, cells in rows.items():
        made.add_row(name, *cells)
    return made


async def run(requests: int, repeats: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        home = Home(Path(directory), private=True)
        CONSOLE.print("Starting the suite and the reference …")
        async with stack(home) as running, ours_side(running) as ours, bare_side(running) as bare:
            sides = [bare, ours]
            CONSOLE.print(f"Filling both with {RECORDS:,} records …")
            for side in sides:
                await side.fill(RECORDS)
            compared: dict[str, Compared] = {}
            for name, discipline in (("create", create), ("read", read), ("list 50", page)):
                with CONSOLE.status(f"{name}: {repeats} rounds of {requests} requests each"):
                    compared[name] = await compare(discipline, sides, requests=requests, repeats=repeats)
            CONSOLE.print(*tables(compared))
            await quiet(running)
            with CONSOLE.status(f"event latency at 100 writes a second, {repeats} rounds"):
                CONSOLE.print(await measure_latency(ours, rounds=repeats))
            CONSOLE.print(everything(running))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2000, help="in each round")
    parser.add_argument("--repeats", type=int, default=7, help="rounds that count")
    parser.add_argument(
        "part",
        nargs="?",
        choices=[*PARTS, "alike", "import", "large"],
        help=f"what to measure; {', '.join(PARTS)} unless one is chosen",
    )
    parser.add_argument(
        "--records", type=int, help="200,000 contacts of large, 1,000,000 entries of timeline, 100,000 of the others"
    )
    options = parser.parse_args()
    for part in [options.part] if options.part else PARTS:
        match part:
            case "large":
                asyncio.run(large.run(options.records or 200_000, min(options.requests, 200)))
            case "alike":
                asyncio.run(alike.run(options.records or 100_000))
            case "import":
                asyncio.run(importing.run(options.records or 100_000))
            case "pipeline":
                asyncio.run(pipeline.run(options.records or 100_000, min(options.requests, 200)))
            case "timeline":
                asyncio.run(timelines.run(options.records or 1_000_000, min(options.requests, 200)))
            case "documents":
                documents.run(min(options.requests, 200))
            case _:
                asyncio.run(run(options.requests, options.repeats))


if __name__ == "__main__":
    main()
