"""What administrators define in a service for this service alone: small collections, read whole by every copy at its
start and again whenever one of their records changes. Commands take them from the store without a look.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from libs.bus.definitions import Broadcast
from libs.bus.tasks import end
from libs.contracts.envelope import Envelope
from libs.domain.lifecycle import Lifecycle
from libs.domain.record import Record
from libs.domain.refusals import Refusal
from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.telemetry.logs import logger
from libs.web.directory import RELOADED_EVERY

MOST: Final = 1000
"""Records of one such collection."""

_log = logger()


class Definitions:
    """Keeps the active records of these kinds in `store.definitions`, in the order of their ids."""

    def __init__(self, store: Store, kinds: Sequence[type[Record]]) -> None:
        self._store = store
        self._kinds = tuple(kinds)
        self._reloading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.reload()
        self._reloading = asyncio.create_task(self._keep_reloading(), name="reload_definitions")

    async def close(self) -> None:
        if self._reloading is not None:
            await end([self._reloading])

    def broadcasts(self) -> list[Broadcast]:
        """Every copy hears of each change."""
        topics = tuple(f"{kind.aggregate}.*" for kind in self._kinds)
        return [Broadcast("definitions", topics, self._hear, self.reload)] if topics else []

    async def reload(self) -> None:
        """Reads all of them anew; while the database is away, those known before stay."""

        async def read(work: UnitOfWork) -> None:
            for kind in self._kinds:
                self._store.definitions[kind] = tuple(await work.find(kind, {"state": Lifecycle.ACTIVE}, limit=MOST))

        try:
            await self._store.run(read, Context())
        except Refusal as refusal:
            _log.warning("definitions_not_reloaded", cause=refusal.detail)

    async def _hear(self, _: Envelope) -> None:
        await self.reload()

    async def _keep_reloading(self) -> None:
        while True:
            await asyncio.sleep(RELOADED_EVERY)
            await self.reload()
