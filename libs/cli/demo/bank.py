"""A whole real campaign: its clients, every call, every answer."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from libs.cli.client import Api
from libs.cli.demo import campaign_file
from libs.cli.demo.arrival import States, arrived
from libs.cli.demo.campaign_file import Call
from libs.cli.demo.funnel import settled, show
from libs.cli.demo.loading import load
from libs.cli.demo.people import people


async def load_campaign(api: Api, path: Path, console: Console) -> float:
    """Loads the file, waits until every answer has had its effect, and shows the funnel; when it began."""
    today = datetime.now(UTC).date()
    calls = await asyncio.to_thread(campaign_file.read_calls, path, today=today)
    expected = campaign_file.interested(calls)
    console.print(f"{path.name}: {len(calls):,} calls, {expected:,} clients took the offer.")
    campaign = await api.post("/api/v1/campaigns", {"name": f"Term deposits {today:%B %Y}", "channels": ["phone_call"]})
    started = time.monotonic()
    await _load_all(api, calls, campaign["id"], console)
    accepted = time.monotonic() - started
    with console.status("Waiting until every answer has had its effect …"):
        funnel = await settled(api, campaign["id"], responses=len(calls), leads=expected)
    console.print(f"Accepted in {accepted:.0f} s, every lead there after {time.monotonic() - started:.0f} s.")
    show(console, funnel)
    return started


async def tell_arrival(api: Api, started: float, console: Console) -> None:
    """Waits until no event is on its way any more, and tells how long that took from `started` on."""

    async def look() -> States:
        states: States = (await api.get("/api/v1/operations"))["value"]
        return states

    with console.status("Waiting until every event has arrived everywhere …"):
        still = await arrived(look)
    console.print(f"Every event has arrived everywhere after {still - started:.0f} s: no queue or outbox holds any.")


async def _load_all(api: Api, calls: Sequence[Call], campaign_id: str, console: Console) -> None:
    today = datetime.now(UTC).date()
    with _progress(console) as progress:

        def bar(title: str) -> Callable[[int], None]:
            task = progress.add_task(title, total=len(calls))
            return lambda count: progress.advance(task, count)

        somebody = islice(people(), len(calls))
        pairs = zip(calls, somebody, strict=True)
        contacts = [campaign_file.contact_of(call, person, today=today) for call, person in pairs]
        ids = await load(api, "contacts", contacts, bar("contacts"))
        phoned = [campaign_file.phone_call_of(call, id_) for call, id_ in zip(calls, ids, strict=True)]
        await load(api, "activities", phoned, bar("phone calls"))
        answers = [campaign_file.response_of(call, id_, campaign_id) for call, id_ in zip(calls, ids, strict=True)]
        await load(api, "activities", answers, bar("responses"))


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )
