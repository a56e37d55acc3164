"""The databases of an installation, for commands that work on them directly."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Sequence

from deploy.local.home import AlreadyRunning, Home
from deploy.local.mongo import MongoNode
from deploy.local.nodes import mongo_node
from deploy.local.supervisor import Happening, Supervisor
from libs.cli.operations import KEEPERS
from libs.cli.trouble import Trouble


def named(services: Sequence[str] | None) -> list[tuple[str, str]]:
    """Services, all unless some are given, each with the name of its database; raises Trouble."""
    if unknown := set(services or ()) - set(KEEPERS):
        raise Trouble(f"There is no service {', '.join(sorted(unknown))}: choose from {', '.join(KEEPERS)}")
    prefix = os.environ.get("TANDEM_DATABASE_PREFIX", "tandem")
    return [(service, f"{prefix}_{service}") for service in KEEPERS if not services or service in services]


@contextlib.asynccontextmanager
async def mongo_url() -> AsyncIterator[str]:
    """TANDEM_MONGO_URL or MONGO_URL, else the database of TANDEM_HOME, which is started if it does not run."""
    if given := os.environ.get("TANDEM_MONGO_URL") or os.environ.get("MONGO_URL"):
        yield given
        return
    home = Home.from_environment()
    async with contextlib.AsyncExitStack() as life:
        yield await _started(home, life) if _holds(home, life) else _of_running(home)


def _holds(home: Home, life: contextlib.AsyncExitStack) -> bool:
    """Whether nothing runs from this home, so that it is ours for as long as this lives."""
    try:
        life.enter_context(home.held())
    except AlreadyRunning:
        return False
    return True


async def _started(home: Home, life: contextlib.AsyncExitStack) -> str:
    node = mongo_node(home)
    supervisor = await life.enter_async_context(Supervisor(_ignore))
    await supervisor.keep(node.command())
    await node.wait_until_ready()
    return node.url


def _of_running(home: Home) -> str:
    port = home.ports.remembered("mongo")
    if port is None:
        raise Trouble("What runs here has a database elsewhere: set MONGO_URL")
    return MongoNode(home.directory("mongo"), port, home.log("mongod")).url


def _ignore(_: Happening) -> None:
    """Nobody watches."""
