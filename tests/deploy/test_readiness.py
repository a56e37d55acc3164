"""What whoever starts services waits for."""

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from deploy.local.home import Home
from deploy.local.process import Command
from deploy.local.readiness import wait_for
from deploy.local.suite import Copy
from deploy.local.supervisor import Happening, Supervisor, What
from libs.domain.refusals import Unavailable
from libs.web.health import CHECKS, Check, ready
from tests.support.waiting import PATIENCE


class Growing:
    """A check that passes once it has been asked so often."""

    def __init__(self, asked: int) -> None:
        self.left = asked

    async def __call__(self) -> str | None:
        self.left -= 1
        if self.left > 0:
            raise Unavailable("it grows")
        return None


@pytest.mark.parametrize(("exclude", "left"), [("", (0, 0)), ("search", (0, 2)), ("search,mongodb", (2, 4))])
async def test_a_service_is_ready_once_all_checks_pass_but_those_excluded(
    tmp_path: Path, exclude: str, left: tuple[int, int]
) -> None:
    mongodb, search = Growing(3), Growing(5)
    app = web.Application()
    checks: dict[str, Check] = {"mongodb": mongodb, "search": search}
    app[CHECKS] = checks
    app.router.add_get("/readyz", ready)
    told: list[Happening] = []
    async with TestServer(app) as server, Supervisor(lambda _: None) as supervisor:
        copy = Copy("journal", 0, server.port or 0)
        sleeping = ["/bin/sleep", "600"]
        await supervisor.keep(
            Command(name="journal", argv=sleeping, environment={}, directory=tmp_path, log=tmp_path / "log")
        )
        await wait_for([copy], supervisor, Home(tmp_path), told.append, within=PATIENCE, exclude=exclude)

    assert told == [Happening("journal", What.READY, copy.url)]
    assert (max(mongodb.left, 0), max(search.left, 0)) == left
