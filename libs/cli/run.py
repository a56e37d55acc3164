"""`tandem run`: the whole suite on this machine, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from deploy.local.debian import MissingProgram
from deploy.local.home import AlreadyRunning, Home, Running
from deploy.local.ports import NoFreePort
from deploy.local.readiness import NotReady
from deploy.local.stack import Stack, stack
from deploy.local.suite import admin_password
from deploy.local.supervisor import Happening, Report, What
from deploy.services import PORTS
from libs.cli.trouble import finish

_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PARTS = len(PORTS) + len(("mongod", "rabbitmq"))


def run() -> None:
    """Start the whole suite on this machine; Ctrl-C stops it."""
    finish(_run(Console(highlight=False)), AlreadyRunning, MissingProgram, NoFreePort, NotReady)


async def _run(console: Console) -> None:
    home = Home.from_environment()
    with _ended_by_signals():
        async with contextlib.AsyncExitStack() as life:
            with _progress(console) as report:
                running = await life.enter_async_context(stack(home, report=report))
            home.announce(Running(os.getpid(), running.url("gateway")))
            _welcome(console, running)
            await asyncio.get_running_loop().create_future()
    console.print("Tandem has stopped.")


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A signal ends what runs here, orderly; a second one does not wait for that."""
    loop = asyncio.get_running_loop()
    main = asyncio.current_task()
    ends = [each for each in _ENDS if signal.getsignal(each) is not signal.SIG_IGN]
    for each in ends:
        loop.add_signal_handler(each, main.cancel if main else loop.stop)
    try:
        with contextlib.suppress(asyncio.CancelledError):
            yield
    finally:
        for each in ends:
            loop.remove_signal_handler(each)


@contextlib.contextmanager
def _progress(console: Console) -> Iterator[Report]:
    """A bar on a terminal, one line for each happening elsewhere; deaths are told as long as it runs."""
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    part = bar.add_task("Starting Tandem", total=_PARTS)

    def report(happening: Happening) -> None:
        if happening.what is What.DIED or not console.is_terminal:
            console.print(str(happening), markup=False)
        if happening.what is What.READY:
            bar.update(part, advance=1, description=f"{happening.name} is ready")

    with bar:
        yield report


def _welcome(console: Console, running: Stack) -> None:
    url = running.url("gateway")
    lines = {
        "Application": f"{url}/",
        "API": f"{url}/api/v1",
        "API guide": f"{url}/docs",
        "Sign in": f"admin / {admin_password(running.home)}",
        "Database": running.nodes.mongo_url,
        "Broker": running.nodes.broker.url(),
        "Logs": running.home.path / "logs",
    }
    console.print("\n[bold]Tandem is ready.[/bold] Ctrl-C stops it.\n")
    for name, value in lines.items():
        console.print(f"  {name:<12} {value}", markup=False, soft_wrap=True)
    console.print()
