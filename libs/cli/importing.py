"""`tandem import`: a file becomes records, after it was looked through."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import aiohttp
import typer
from rich.console import Console

from libs.cli.client import Api, signed_in
from libs.cli.trouble import Trouble, finish

_LOOKS_EVERY: Final = 0.5
_SHOWN: Final = 5
_AT_WORK: Final = frozenset({"checking", "running", "undoing"})

Collection = Annotated[str, typer.Option(help="Where the records go: contacts, leads …")]
Key = Annotated[str | None, typer.Option(help="The field by which records are found that are there already.")]
Saved = Annotated[str | None, typer.Option("--mapping", help="The name of a saved mapping; guessed without it.")]
Update = Annotated[bool, typer.Option("--update", help="Change the records that the key finds.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Try every row and write nothing.")]


def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or XLSX; the first row has titles.")],
    collection: Collection,
    key: Key = None,
    mapping: Saved = None,
    *,
    update: Update = False,
    dry_run: DryRun = False,
) -> None:
    """Make records of the rows of a file; bad rows are shown, and stop nothing."""
    settings = {"collection": collection, "key": key, "mapping": mapping, "mode": "upsert" if update else None}
    given = {name: value for name, value in settings.items() if value is not None}
    finish(_import(file, given, Console(highlight=False), action="check" if dry_run else "run"))


async def _import(file: Path, settings: Mapping[str, str], console: Console, *, action: str) -> None:
    async with signed_in() as api:
        sent = await _send(api, file, settings)
        for field, rule in sent["mapping"]["fields"].items():
            console.print(f"{rule['column']} → {field}")
        for problem in sent["problems"]:
            console.print(f"[yellow]{problem['detail']}[/]")
        await api.post(f"/api/v1/imports/{sent['id']}/{action}")
        found = await _ended(api, sent["id"], console)
        counts = ", ".join(f"{count} {name}" for name, count in found["counts"].items() if count) or "nothing to do"
        console.print(f"{found['id']} {found['state']}: {counts}")
        if found["counts"]["failed"]:
            await _show_errors(api, found["id"], console)


async def _send(api: Api, file: Path, settings: Mapping[str, str]) -> dict[str, Any]:
    form = aiohttp.FormData(settings)
    with file.open("rb") as content:
        form.add_field("file", content, filename=file.name)
        sent: dict[str, Any] = await api.send("/api/v1/imports", form, collection=settings["collection"])
    return sent


async def _ended(api: Api, import_id: str, console: Console) -> dict[str, Any]:
    with console.status("…") as status:
        while True:
            found: dict[str, Any] = await api.get(f"/api/v1/imports/{import_id}")
            if found["state"] not in _AT_WORK:
                break
            done = sum(found["counts"].values())
            status.update(f"{done} of {found['rows']} rows")
            await asyncio.sleep(_LOOKS_EVERY)
    if found["state"] == "failed":
        raise Trouble("; ".join(problem["detail"] for problem in found["problems"]))
    return found


async def _show_errors(api: Api, import_id: str, console: Console) -> None:
    page = await api.get(f"/api/v1/imports/{import_id}/errors")
    for row in page["value"][:_SHOWN]:
        told = "; ".join(
            f"{error['column'] or error['pointer'] or 'row'}: {error['detail']}" for error in row["errors"]
        )
        console.print(f"row {row['row']}: {told}")
    console.print(f"All of them: GET /api/v1/imports/{import_id}/errors?format=csv")
