"""The commands of `tandem`, on one page."""

from __future__ import annotations

import typer

from libs.cli.run import run

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Run and look after Tandem CRM.")
app.command()(run)
