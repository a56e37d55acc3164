"""Turns at contended records: who has lost to another writer waits in line, so that nobody loses again and again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import chain
from typing import TypeAlias
from weakref import WeakValueDictionary

from libs.domain.refusals import Unavailable
from libs.store.work import UnitOfWork

Key: TypeAlias = tuple[str, str]


class Turns:
    """The lines of one process. Between processes the version alone decides."""

    def __init__(self, *, patience: float) -> None:
        """`patience` in seconds: how long anybody waits."""
        self._patience = patience
        self._lines: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def after(self, loser: UnitOfWork) -> AsyncIterator[None]:
        """The turn of whoever wanted the same, or the same record, if it was there before; raises `Unavailable`."""
        changed = (key for key, change in loser.changes.items() if change.before is not None)
        key = next(chain(loser.contested, changed), None)
        if key is None:
            yield
            return
        line = self._lines.setdefault(key, asyncio.Lock())
        try:
            async with asyncio.timeout(self._patience):
                await line.acquire()
        except TimeoutError:
            raise Unavailable("too many writers change the same record at once") from None
        try:
            yield
        finally:
            line.release()
