"""`make bench ARGS=pipeline`: lists by stage, summary and forecast of a pipeline with many opportunities in it.

Through the gateway, by somebody who sees all of them, one request after the other.
"""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rich.console import Console

from deploy.local.home import Home
from deploy.local.stack import stack
from services.sales.opportunities.model import Opportunity
from services.sales.pipelines.model import DEFAULT_ID
from tests.benchmarks.asking import Ask, Known, paths, plans, timed
from tests.benchmarks.filling import fill_pipeline
from tests.benchmarks.load import connections
from tests.benchmarks.sides import ours_side

CONSOLE: Final = Console(width=120)


def in_stage(known: Known) -> str:
    return f"$filter=pipeline_id eq '{DEFAULT_ID}' and state eq 'open' and stage eq '{known['stage']}'"


def of_owner(known: Known) -> str:
    return f"{in_stage(known)} and owner_id eq '{known['owner_id']}'"


LISTS: Final[Mapping[str, Ask]] = {
    "of a stage": in_stage,
    "of a stage, counted": lambda known: f"{in_stage(known)}&$count=true",
    "of a stage, newest first": lambda known: f"{in_stage(known)}&$orderby=created_at desc",
    "of a stage and an owner, counted": lambda known: f"{of_owner(known)}&$count=true",
}
SUMMARIES: Final[Mapping[str, Ask]] = {"stages and forecast": lambda _: ""}
ASKED: Final = {
    **paths("/api/v1/opportunities?", LISTS),
    **paths(f"/api/v1/pipelines/{DEFAULT_ID}/summary?", SUMMARIES),
}


async def run(records: int, requests: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        async with stack(Home(Path(directory), private=True)) as running, ours_side(running) as side:
            started = time.perf_counter()
            known = fill_pipeline(running, records)
            CONSOLE.print(f"{records:,} opportunities written in {time.perf_counter() - started:.1f} s")
            async with connections(side.url, 1) as [connection]:
                CONSOLE.print(await timed(connection, side, ASKED, known, requests))
                found = await plans(running, connection, side, Opportunity.collection, asked=ASKED, known=known)
                CONSOLE.print(found)
