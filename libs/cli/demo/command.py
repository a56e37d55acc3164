"""The command."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from libs.cli.client import signed_in
from libs.cli.demo.bank import load_campaign, tell_arrival
from libs.cli.demo.story import Story
from libs.cli.trouble import finish


def demo(
    file: Annotated[Path | None, typer.Option(help="Load this campaign file instead of telling the story.")] = None,
) -> None:
    """Play one customer's story on the running suite, or load a real campaign."""
    finish(_demo(file, Console()))


async def _demo(file: Path | None, console: Console) -> None:
    async with signed_in() as api:
        if file is None:
            await Story(api, console).play()
        else:
            started = await load_campaign(api, file, console)
            await tell_arrival(api, started, console)
