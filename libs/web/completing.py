"""What a release before did not write yet is written into a database while the service runs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from libs.domain.refusals import Unavailable
from libs.store.store import Store
from libs.telemetry.logs import logger
from libs.web.executing import STORE

_log = logger()


def completing(
    name: str, complete: Callable[[Store], Awaitable[None]], *, again_after: float = 30.0
) -> Callable[[web.Application], AsyncIterator[None]]:
    """Does so once for each start, beside whatever else the service does; what is broken off begins anew.

    Where the database is away, it is tried again after so many seconds.
    """

    async def attach(app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(_complete(app[STORE], name, complete, again_after), name=f"completing {name}")
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
