"""The commands of `tandem`, on one page."""

from __future__ import annotations

import typer

from libs.cli.backing_up import backup, restore
from libs.cli.demo.command import demo
from libs.cli.events import events
from libs.cli.importing import import_file
from libs.cli.operations import list_jobs, parked, timers
from libs.cli.reference import write_reference
from libs.cli.run import run
from libs.cli.snapshot import snapshot
from libs.cli.status import status
from libs.cli.unrouted import unrouted

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    help="Run and look after Tandem CRM.",
)
app.command("run")(run)
app.command("demo")(demo)
app.command("status")(status)
app.command("import")(import_file)
app.command("jobs")(list_jobs)
app.command("snapshot")(snapshot)
app.command("restore")(restore)
app.command("docs")(write_reference)
app.add_typer(backup, name="backup")
app.add_typer(events, name="events")
app.add_typer(parked, name="parked")
app.add_typer(timers, name="timers")
app.add_typer(unrouted, name="unrouted")
