"""`tandem run`: the whole suite on this machine, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer
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
from libs.cli.client import Account, signed_in
from libs.cli.demo.story import Story
from libs.cli.trouble import Trouble, finish

_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STORY_TIMEOUT = 60.0
_GIVEN_NODES = ("MONGO_URL", "AMQP_URL")


def run(
    only: Annotated[list[str] | None, typer.Option(help="Start this service; several times for several.")] = None,
    *,
    demo: Annotated[bool, typer.Option(help="Load demonstration data when the whole suite starts first.")] = True,
) -> None:
    """Start the whole suite on this machine; Ctrl-C stops it."""
    work = _run(tuple(only or PORTS), Console(highlight=False), demo=demo and not only)
    finish(work, AlreadyRunning, MissingProgram, NoFreePort, NotReady)


async def _run(services: Sequence[str], console: Console, *, demo: bool) -> None:
    if unknown := set(services) - set(PORTS):
        raise Trouble(f"There is no service {', '.join(unknown)}: choose from {', '.join(PORTS)}")
    home = Home.from_environment()
    parts = len(services) + sum(name not in os.environ for name in _GIVEN_NODES)
    with _ended_by_signals():
        async with contextlib.AsyncExitStack() as life:
            with _progress(console, parts) as report:
                running = await life.enter_async_context(stack(home, services=services, report=report))
            home.announce(Running(os.getpid(), next(iter(running.copies.values())).url))
            if demo:
                await _demonstrate_once(console, running)
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
def _progress(console: Console, parts: int) -> Iterator[Report]:
    """A bar on a terminal, one line for each happening elsewhere; deaths are told as long as it runs."""
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    part = bar.add_task("Starting Tandem", total=parts)

    def report(happening: Happening) -> None:
        if happening.what is What.DIED or not console.is_terminal:
            console.print(str(happening), markup=False)
        if happening.what is What.READY:
            bar.update(part, advance=1, description=f"{happening.name} is ready")

    with bar:
        yield report


async def _demonstrate_once(console: Console, running: Stack) -> None:
    """A story that fails leaves the suite running, and is told again by the next start."""
    told = running.home.path / "demonstrated"
    if told.exists():
        return
    account = Account(running.url("gateway"), "admin", admin_password(running.home))
    try:
        async with asyncio.timeout(_STORY_TIMEOUT), signed_in(account) as api:
            await Story(api, console).play()
    except (Trouble, TimeoutError) as trouble:
        reason = str(trouble) or f"it took longer than {_STORY_TIMEOUT:.0f} s"
        console.print(f"The demonstration data is not complete: {reason}", style="yellow", markup=False)
    else:
        told.touch()


def _welcome(console: Console, running: Stack) -> None:
    lines = {
        **{copy.service.title(): copy.url for copy in running.copies.values() if copy.service != "gateway"},
        "Database": running.nodes.mongo_url,
        "Broker": running.nodes.broker.url(),
        "Logs": str(running.home.path / "logs"),
        "Sign in": f"admin / {admin_password(running.home)}",
    }
    if "gateway" in running.copies:
        url = running.url("gateway")
        lines |= {"API guide": f"{url}/docs", "Address": f"{url}/"}
    console.print("\n[bold]Tandem is ready.[/bold] Ctrl-C stops it.\n")
    for name, value in lines.items():
        console.print(f"  {name:<12} {value}", markup=False, soft_wrap=True)
    console.print()
