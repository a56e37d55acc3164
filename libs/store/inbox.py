"""The inbox: an event has its effect once, however often it is delivered."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from pymongo.errors import BulkWriteError

from libs.contracts.envelope import Envelope
from libs.domain.record import Record
from libs.store.claiming import HANDLED
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.documents import CLAIMS
from libs.store.errors import already_there
from libs.store.mongo import Document
from libs.store.work import UnitOfWork

if TYPE_CHECKING:
    from libs.store.store import Store

INBOX: Final = "inbox"

YOUNG: Final = timedelta(seconds=1)
"""The age of an event until which nobody looks whether it has changed a record before. Published again it is older, and
one that is delivered again right after it was handled meets what it has changed."""


async def guarded(
    store: "Store",
    consumer: str,
    envelope: Envelope,
    command: Callable[[UnitOfWork], Awaitable[None]],
    *,
    makes: type[Record] | None = None,
) -> None:
    """Runs a consumer's command; its effect and the mark that the event was handled are one commit.

    A command that writes nothing leaves no mark: it decides on current state, so deciding again does no harm. One that
    `makes` a record, and nothing else, leaves it in that, so that both are one plain write.
    """
    marks = _Marks(store, f"{consumer}|{envelope.id}", makes, happened_at=envelope.time)

    async def once(work: UnitOfWork) -> None:
        if work.attempt > 1 and await marks.any_left():
            return
        try:
            await command(work)
        except Exception:  # a second delivery may meet the state that the first has made: that is no failure
            if await marks.any_left():
                work.discard()
                return
            raise
        if work.writes:
            await marks.leave(work)

    await store.run(once, Context.of(envelope))


class _Marks:
    """Where it is noted that a consumer has handled an event: in the inbox, else in the record that was made."""

    def __init__(self, store: "Store", key: str, makes: type[Record] | None, *, happened_at: datetime) -> None:
        self._happened_at = happened_at
        self._inbox = store.collection(INBOX)
        self._made = store.collection(makes.collection) if makes else None
        self._makes = makes
        self._key = key

    async def any_left(self) -> bool:
        return await self._in_inbox() or await self._in_made()

    async def leave(self, work: UnitOfWork) -> None:
        """The commit meets a mark that is in the same place already, so the other place is looked at here."""
        made = next(iter(work.changes.values())) if work.writes == 1 and work.changes else None
        if made is None or made.record_type is not self._makes or not made.creating:
            work.put(INBOX, {"_id": self._key, "at": work.now})
            elsewhere = await self._in_made()
        else:
            made.claims.append(f"{HANDLED}{self._key}")
            elsewhere = work.now - self._happened_at > YOUNG and await self._in_inbox()
        if elsewhere:
            work.discard()

    async def _in_inbox(self) -> bool:
        return await self._inbox.find_one({"_id": self._key}, {"_id": 1}) is not None

    async def _in_made(self) -> bool:
        if self._made is None:
            return False
        return await self._made.find_one({CLAIMS: f"{HANDLED}{self._key}"}, {"_id": 1}) is not None


async def keep_marks(store: "Store", documents: Iterable[Document]) -> None:
    """The marks in records that leave the database for good lie in the inbox from now on."""
    marks = [
        {"_id": claim.removeprefix(HANDLED), "at": utc_now()}
        for document in documents
        for claim in document.get(CLAIMS, ())
        if claim.startswith(HANDLED)
    ]
    if marks:
        try:
            await store.collection(INBOX).insert_many(marks, ordered=False)
        except BulkWriteError as error:
            already_there(error)
