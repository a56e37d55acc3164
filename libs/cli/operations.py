"""What every service keeps for its operator, asked of one or of all: parked messages, timers left aside, long jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, TypeAlias

import typer

from deploy.services import PORTS
from libs.cli.client import Api, signed_in
from libs.cli.tables import Row, show
from libs.cli.trouble import Trouble, finish

KEEPERS = tuple(name for name in PORTS if name != "gateway")
Service: TypeAlias = Annotated[str | None, typer.Option(help=f"One of {', '.join(KEEPERS)}; all without it.")]
Ids: TypeAlias = Annotated[list[str], typer.Argument(help="As the list shows them.")]
Yes: TypeAlias = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

parked = typer.Typer(no_args_is_help=True, help="Messages that could not be handled.")
timers = typer.Typer(no_args_is_help=True, help="Timers whose effect failed too often.")


@parked.command("list")
def list_parked(service: Service = None) -> None:
    """Show what is parked, and why."""
    columns = ("id", "consumer", "type", "reason", "attempts", "error", "parked_at")
    show(finish(_collect("parked", service)), columns, "Nothing is parked.")


@parked.command("replay")
def replay(ids: Ids) -> None:
    """Hand messages to their consumers again; what they did already is not repeated."""
    finish(_act("parked", ids, "replay"))


@parked.command("discard")
def discard_messages(ids: Ids, *, yes: Yes = False) -> None:
    """Give messages up: what they were to do will never be done."""
    _discard("parked", ids, yes=yes)


@timers.command("list")
def list_timers(service: Service = None) -> None:
    """Show the timers left aside, and why."""
    columns = ("id", "kind", "key", "due_at", "reason", "attempts", "error", "left_aside_at")
    show(finish(_collect("timers", service)), columns, "No timer is left aside.")


@timers.command("retry")
def retry(ids: Ids) -> None:
    """Let timers fire again, at once."""
    finish(_act("timers", ids, "retry"))


@timers.command("discard")
def discard_timers(ids: Ids, *, yes: Yes = False) -> None:
    """Give timers up: what they were to do will never be done. A schedule goes on with its next time."""
    _discard("timers", ids, yes=yes)


def list_jobs(service: Service = None) -> None:
    """Show long work: imports, distributions, exports, rebuilds."""
    columns = ("id", "kind", "state", "progress", "created_at")
    show(finish(_collect("jobs", service)), columns, "No jobs.")


async def _collect(collection: str, service: str | None) -> list[Row]:
    if service is not None and service not in KEEPERS:
        raise Trouble(f"There is no service {service}: choose one of {', '.join(KEEPERS)}")
    async with signed_in() as api:
        names = KEEPERS if service is None else (service,)
        return [row for name in names async for row in _pages(api, collection, name)]


async def _pages(api: Api, collection: str, service: str) -> AsyncIterator[Row]:
    page = await api.get(f"/api/v1/{collection}", **{"service": service, "$top": "200"})
    while True:
        for row in page["value"]:
            yield row
        if (further := page.get("@odata.nextLink")) is None:
            return
        page = await api.get(further)


def _discard(collection: str, ids: list[str], *, yes: bool) -> None:
    if not yes:
        typer.confirm(f"Discard {len(ids)} for good?", abort=True)
    finish(_act(collection, ids, "discard"))


async def _act(collection: str, ids: list[str], action: str) -> None:
    async with signed_in() as api:
        for each in ids:
            await api.post(f"/api/v1/{collection}/{each}/{action}")
            typer.echo(f"{each}: {action} done")
