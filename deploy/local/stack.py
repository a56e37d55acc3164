"""The whole suite, or some of its services, running on this machine for as long as a context lasts."""

from __future__ import annotations

import contextlib
import math
import signal
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from deploy.local.home import Home
from deploy.local.nodes import Nodes, start_nodes
from deploy.local.readiness import READY_TIMEOUT, NotReady, explain, wait_for
from deploy.local.suite import Copy, choose_copies, commands, copy_name
from deploy.local.supervisor import Happening, Report, Supervisor
from deploy.services import PORTS

SEARCH = "search"
"""The journal's check that takes the longer the more it keeps; all else is of use before."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A running suite. `service` may also be `mongod` or `rabbitmq` where a process is meant."""

    home: Home
    nodes: Nodes
    copies: Mapping[str, Copy]
    supervisor: Supervisor

    def url(self, service: str) -> str:
        return self.copies[service].url

    def pid(self, service: str, copy: int = 0) -> int | None:
        """None between a death and the restart."""
        return self.supervisor.pid(copy_name(service, copy))

    def kill(self, service: str, what: signal.Signals = signal.SIGKILL, copy: int = 0) -> None:
        """Signal a process; if it dies of it, it is started again."""
        self.supervisor.kill(copy_name(service, copy), what)

    async def stop(self, service: str) -> None:
        """End the first copy with SIGTERM and leave it away until `resume`."""
        await self.supervisor.stop(service)

    async def resume(self, service: str) -> None:
        await self.supervisor.resume(service)

    async def wait_until_ready(self, *services: str, within: float = READY_TIMEOUT) -> None:
        """Wait until all copies of these services (default: of all) answer /readyz; raises NotReady."""
        wanted = [copy for copy in self.copies.values() if not services or copy.service in services]
        await wait_for(wanted, self.supervisor, self.home, _ignore, within=within, hopeless=math.inf)


@contextlib.asynccontextmanager
async def stack(
    home: Home,
    *,
    services: Collection[str] = tuple(PORTS),
    copies: Mapping[str, int] | None = None,
    mongo_url: str | None = None,
    settings: Mapping[str, str] | None = None,
    report: Report | None = None,
) -> AsyncIterator[Stack]:
    """Start it, wait until all of it but the search is ready, and stop what was started on leaving.

    `copies` names services that run more than once; `settings` are further environment variables of the
    services. Raises AlreadyRunning, MissingProgram, NoFreePort, NotReady.
    """
    with home.held(), _logged(home, report or _ignore) as log:
        async with Supervisor(log) as supervisor:
            chosen = choose_copies(home, services, copies or {})
            nodes = await _start_nodes(home, supervisor, log, mongo_url)
            for command in commands(home, chosen, nodes, settings or {}):
                await supervisor.keep(command)
            await wait_for(chosen, supervisor, home, log, exclude=SEARCH)
            yield Stack(home, nodes, {copy.name: copy for copy in chosen}, supervisor)


async def _start_nodes(home: Home, supervisor: Supervisor, report: Report, mongo_url: str | None) -> Nodes:
    try:
        return await start_nodes(home, supervisor, report, mongo_url=mongo_url)
    except TimeoutError:
        raise NotReady(explain(("mongod", "rabbitmq"), supervisor, home)) from None


@contextlib.contextmanager
def _logged(home: Home, report: Report) -> Iterator[Report]:
    path = home.log("supervisor")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", buffering=1) as file:

        def log(happening: Happening) -> None:
            file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {happening}\n")
            report(happening)

        yield log


def _ignore(_: Happening) -> None:
    """Nobody watches; the log has it."""
