"""Events that were announced before a person was erased, and come after: without the person."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from libs.contracts.envelope import Envelope
from libs.privacy.scrubbing import Erased
from libs.store.erased import last_until, tombstones
from libs.store.store import Store

ASKED_EVERY: Final = 0.5
"""Seconds in which an erasure that has begun may go unnoticed here."""


class Screen:
    """Costs a comparison for an event that is newer than every erasure."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._until: datetime | None = None
        self._asked_at = float("-inf")

    async def __call__(self, envelopes: Sequence[Envelope]) -> list[Envelope]:
        """The events, in their order, none of them with anything of a person who was erased after it."""
        until = await self._last_until()
        if until is None or all(envelope.time >= until for envelope in envelopes):
            return list(envelopes)
        oldest = min(envelope.time for envelope in envelopes)
        people = [(Erased.from_tombstone(each), each["until"]) for each in await tombstones(self._store, since=oldest)]
        return [self._screened(envelope, people) for envelope in envelopes]

    def _screened(self, envelope: Envelope, people: Sequence[tuple[Erased, datetime]]) -> Envelope:
        for erased, until in people:
            if envelope.time < until and erased.concerns([envelope.subject, envelope.data]):
                told = erased.value({"subject": envelope.subject, "data": envelope.data})
                envelope = replace(envelope, data=told["data"])
        return envelope

    async def _last_until(self) -> datetime | None:
        if time.monotonic() - self._asked_at > ASKED_EVERY:
            self._until = await last_until(self._store)
            self._asked_at = time.monotonic()
        return self._until
