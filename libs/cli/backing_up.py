"""`tandem backup` and `tandem restore`: the databases of all services, or of some, saved and set back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias, TypeVar

import typer
from rich.console import Console
from typer.core import TyperGroup

from libs.cli.databases import mongo_url, named
from libs.cli.progress import counting
from libs.cli.trouble import finish
from libs.domain.refusals import Refusal
from libs.store.backups.files import Manifest, Unsound
from libs.store.backups.restoring import restore_backup, verify_backup
from libs.store.backups.taking import HISTORY, Report, TooSlow, counted, take_backup

T = TypeVar("T")

MAKE: Final = "make"
Directory: TypeAlias = Annotated[Path, typer.Argument(help="Where the backup is.")]
Services: TypeAlias = Annotated[list[str] | None, typer.Option("--service", help="One or more; all without it.")]


class MakesUnlessTold(TyperGroup):
    """`tandem backup DIR` is `tandem backup make DIR`."""

    unnamed = MAKE

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        known = not args or args[0] in self.commands or args[0] == "--help"
        return super().parse_args(ctx, args if known else [self.unnamed, *args])


backup = typer.Typer(cls=MakesUnlessTold, no_args_is_help=True, help="Save the databases: tandem backup DIRECTORY")


@backup.command(MAKE)
def make(
    directory: Annotated[Path, typer.Argument(help="A new or empty one.")],
    service: Services = None,
    within: Annotated[int, typer.Option(help="Seconds after which it is given up.", min=10)] = HISTORY,
) -> None:
    """Save the databases of running services, all as they were at one moment."""
    _finish(_make(directory, service, within, Console(highlight=False)))


@backup.command("verify")
def verify(directory: Directory) -> None:
    """Read a backup from its beginning to its end, and compare it with its manifest."""
    _finish(_verify(directory, None, Console(highlight=False)))


def restore(
    directory: Directory,
    service: Services = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Set databases back to a backup; their services must be stopped. What came after the backup is gone."""
    console = Console(highlight=False)
    manifest = _finish(_verify(directory, service, console))
    chosen = service or sorted(manifest.services)
    if not yes:
        typer.confirm(f"Set {', '.join(chosen)} back to {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC?", abort=True)
    _finish(_restore(directory, chosen, manifest, console))


async def _make(directory: Path, services: list[str] | None, within: int, console: Console) -> None:
    names = named(services)
    async with mongo_url() as url:
        totals = await counted(url, names)

        async def take(report: Report) -> Manifest:
            return await take_backup(url, names, directory, report, history=within)

        manifest = await _shown(console, totals, take)
    documents = sum(kept.documents for kept in manifest.services.values())
    console.print(f"{documents:,} documents of {len(manifest.services)} services are in {directory}.", soft_wrap=True)


async def _verify(directory: Path, services: list[str] | None, console: Console) -> Manifest:
    manifest = Manifest.read(directory)
    totals = {name: kept.documents for name, kept in manifest.services.items() if not services or name in services}

    async def read(report: Report) -> Manifest:
        return await verify_backup(directory, services or (), report)

    await _shown(console, totals, read)
    whole = f"The backup of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC is whole"
    console.print(f"{whole}: {sum(totals.values()):,} documents.")
    return manifest


async def _restore(directory: Path, services: list[str], manifest: Manifest, console: Console) -> None:
    names = named(services)
    totals = {service: manifest.services[service].documents for service, _ in names}
    async with mongo_url() as url:

        async def set_back(report: Report) -> None:
            await restore_backup(url, names, directory, report)

        await _shown(console, totals, set_back)
    console.print(f"{', '.join(totals)}: set back. Start them again, and others will follow.")


async def _shown(console: Console, totals: Mapping[str, int], work: Callable[[Report], Awaitable[T]]) -> T:
    """Runs the work under a bar for each service."""
    with counting(console) as progress:
        bars = {service: progress.add_task(service, total=total) for service, total in totals.items()}
        return await work(lambda service, count: progress.advance(bars[service], count))


def _finish(work: Coroutine[Any, Any, T]) -> T:
    return finish(work, Refusal, Unsound, TooSlow)
