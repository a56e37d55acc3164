"""What every installation has, or what a release before did not write yet, is written while the service runs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from libs.domain.refusals import Unavailable
from libs.store.store import Store
from libs.telemetry.logs import logger
from libs.web.executing import STORE
from libs.web.health import CHECKS, Check

_log = logger()


def completing(
    name: str, complete: Callable[[Store], Awaitable[None]], *, again_after: float = 30.0, needed: bool = False
) -> Callable[[web.Application], AsyncIterator[None]]:
    """Does so once for each start, beside whatever else the service does; what is broken off begins anew.

    Where the database is away, or identity, whose rules every write asks for, it is tried again after so many seconds.
    What is `needed` is done before the service is ready.
    """

    async def attach(app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(_complete(app[STORE], name, complete, again_after), name=f"completing {name}")
        if needed:
            app[CHECKS][name] = _done(task)
        yield
        task.cancel()
        await asyncio.wait([task])

    return attach


async def _complete(store: Store, name: str, complete: Callable[[Store], Awaitable[None]], again_after: float) -> None:
    while True:
        try:
            return await complete(store)
        except Unavailable as unavailable:
            _log.warning("not_completed", what=name, cause=unavailable.detail)
        await asyncio.sleep(again_after)


def _done(task: asyncio.Task[None]) -> Check:
    async def check() -> None:
        if not task.done():
            raise Unavailable("not there yet")
        task.result()

    return check
