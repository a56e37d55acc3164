"""Nodes that several processes use together: they run from the first user's arrival to the last one's leave.

Each user holds a shared lock on `users.lock`. A keeper process owns the nodes, waits for that lock alone, and
gets it when no user is left, however the users ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import select
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from deploy.local.home import PROJECT, Home
from deploy.local.nodes import start_nodes
from deploy.local.supervisor import Happening, Supervisor

START_TIMEOUT = 300.0  # a first start on a bare machine installs the broker


class NodesNotReady(RuntimeError):
    """The keeper gave up; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class SharedNodes:
    """`amqp_urls` by virtual host."""

    keeper: int
    mongo_url: str
    amqp_urls: dict[str, str]


@contextlib.contextmanager
def shared_nodes(directory: Path, virtual_hosts: Sequence[str], *, home: Path | None = None) -> Iterator[SharedNodes]:
    """Join the nodes of a directory, starting them if nobody uses them yet; raises NodesNotReady.

    The last to leave waits until they are gone. All users name the same virtual hosts. They store in `home`, if it is
    given to whoever starts them, else within the directory; nothing of it stays.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "users.lock").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with (directory / "start.lock").open("a") as start:
            fcntl.flock(start, fcntl.LOCK_EX)
            nodes = _running(directory) or _start_keeper(directory, home or directory / "home", virtual_hosts)
        yield nodes
        last = _is_last(users)
    if last:
        _wait_for_end(nodes.keeper)


def _start_keeper(directory: Path, home: Path, virtual_hosts: Sequence[str]) -> SharedNodes:
    log = directory / "keeper.log"
    keeper = _spawn([sys.executable, "-m", "deploy.local.shared", str(directory), str(home), *virtual_hosts], log)
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if nodes := _running(directory):
            return nodes
        if os.waitpid(keeper, os.WNOHANG) != (0, 0):
            break
        time.sleep(0.05)
    raise NodesNotReady(f"the database and the broker did not start: {log.read_text()[-2_000:]}")


def _spawn(argv: list[str], log: Path) -> int:
    """Start a process that may outlive this one, in a session of its own; returns its id."""
    return os.posix_spawn(
        argv[0],
        argv,
        {**os.environ, "PYTHONPATH": str(PROJECT)},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def _running(directory: Path) -> SharedNodes | None:
    with contextlib.suppress(FileNotFoundError):
        return SharedNodes(**json.loads(_announcement(directory).read_text()))
    return None


def _announce(directory: Path, nodes: SharedNodes) -> None:
    draft = directory / "nodes.json.new"
    draft.write_text(json.dumps(asdict(nodes)))
    draft.rename(_announcement(directory))


def _announcement(directory: Path) -> Path:
    return directory / "nodes.json"


def _is_last(users: TextIO) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for_end(keeper: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        descriptor = os.pidfd_open(keeper)
        try:
            end = select.poll()
            end.register(descriptor, select.POLLIN)
            end.poll(120_000)
        finally:
            os.close(descriptor)


async def keep(directory: Path, place: Path, virtual_hosts: Sequence[str]) -> None:
    """Run the nodes until no user is left, then remove what they stored."""
    home = Home(place, private=True)

    def report(happening: Happening) -> None:
        sys.stderr.write(f"{happening}\n")

    with (directory / "users.lock").open("a") as users:
        with home.held():
            async with Supervisor(report) as supervisor:
                nodes = await start_nodes(home, supervisor, report, virtual_hosts=virtual_hosts)
                amqp_urls = {name: nodes.broker.url(name) for name in virtual_hosts}
                _announce(directory, SharedNodes(os.getpid(), nodes.mongo_url, amqp_urls))
                await asyncio.to_thread(fcntl.flock, users, fcntl.LOCK_EX)
                _announcement(directory).unlink()
        shutil.rmtree(home.path)


if __name__ == "__main__":
    asyncio.run(keep(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
