"""`tandem snapshot`: a collection announced once more, for those who did not hear it the first time."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer
from rich.console import Console

from libs.cli.client import signed_in
from libs.cli.progress import counting
from libs.cli.trouble import Trouble, finish

_EVERY = 0.5
_UNDER_WAY = ("queued", "running")


def snapshot(collection: Annotated[str, typer.Argument(help="Such as leads, accounts or activities.")]) -> None:
    """Announce all records of a collection once more, as they are now; Ctrl-C leaves the service at it."""
    finish(_snapshot(collection, Console(highlight=False)))


async def _snapshot(collection: str, console: Console) -> None:
    async with signed_in() as api:
        job = await api.post(f"/api/v1/{collection}/snapshot")
        with counting(console) as progress:
            bar = progress.add_task(collection)
            while job["state"] in _UNDER_WAY:
                await asyncio.sleep(_EVERY)
                job = await api.get(f"/api/v1/jobs/{job['id']}")
                progress.update(bar, completed=job["done"], total=job["total"])
    _tell(job, console)


def _tell(job: dict[str, Any], console: Console) -> None:
    if job["state"] != "succeeded":
        reason = job["error"]["detail"] if job["error"] else f"it is {job['state']}"
        raise Trouble(f"{job['id']} ended after {job['done']} records: {reason}")
    console.print(f"{job['done']:,} records announced.")
