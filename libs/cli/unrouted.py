"""`tandem unrouted`: events that no queue wanted, sent again or given up."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias

import typer
from rich.console import Console

from libs.cli.client import Api, signed_in
from libs.cli.operations import Yes
from libs.cli.progress import counting
from libs.cli.tables import show
from libs.cli.trouble import finish

PATH: Final = "/api/v1/unrouted"
Ids: TypeAlias = Annotated[list[str] | None, typer.Argument(help="As the list shows them; all without any.")]

unrouted = typer.Typer(no_args_is_help=True, help="Events that no queue wanted.")


@unrouted.command("list")
def list_unrouted(top: Annotated[int, typer.Option(min=1, max=500, help="How many of the oldest.")] = 50) -> None:
    """Show the oldest of them."""
    columns = ("id", "type", "subject", "time", "bytes")
    show(finish(_page(top))["value"], columns, "Every event was wanted.")


@unrouted.command("replay")
def replay(ids: Ids = None) -> None:
    """Announce events once more, once the queue that missed them is there; their ids stay."""
    finish(_settle("replay", ids or [], Console(highlight=False)))


@unrouted.command("discard")
def discard(ids: Ids = None, *, yes: Yes = False) -> None:
    """Give events up: nobody will hear of them."""
    if not yes:
        typer.confirm(f"Discard {len(ids) if ids else 'all of them'} for good?", abort=True)
    finish(_settle("discard", ids or [], Console(highlight=False)))


async def _page(top: int) -> dict[str, Any]:
    async with signed_in() as api:
        page: dict[str, Any] = await api.get(PATH, top=str(top))
    return page


async def _settle(action: str, ids: list[str], console: Console) -> None:
    """All that are there at the beginning, some hundred at a time; what comes back meanwhile stays."""
    async with signed_in() as api:
        if ids:
            done = (await api.post(f"{PATH}/{action}", {"ids": ids}))["done"]
        else:
            done = await _settle_all(api, action, console)
    console.print(f"{done:,} events: {action} done.")


async def _settle_all(api: Api, action: str, console: Console) -> int:
    total, done = (await api.get(PATH, top="1"))["count"], 0
    with counting(console) as progress:
        bar = progress.add_task(action, total=total)
        while done < total and (settled := (await api.post(f"{PATH}/{action}", {}))["done"]):
            done += settled
            progress.update(bar, completed=min(done, total))
    return done
