"""The inbox: an event has its effect once, however often it is delivered."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from libs.contracts.envelope import Envelope
from libs.store.context import Context
from libs.store.work import UnitOfWork

if TYPE_CHECKING:
    from libs.store.store import Store


async def guarded(
    store: "Store", consumer: str, envelope: Envelope, command: Callable[[UnitOfWork], Awaitable[None]]
) -> None:
    """Runs a consumer's command; its effect and the mark that the event was handled are one commit.

    A command that writes nothing leaves no mark: it decides on current state, so deciding again does no harm.
    """
    key = f"{consumer}|{envelope.id}"

    async def once(work: UnitOfWork) -> None:
        if work.attempt > 1 and await seen(store, key):
            return
        try:
            await command(work)
        except Exception:  # a second delivery may meet the state that the first has made: that is no failure
            if await seen(store, key):
                work.discard()
                return
            raise
        if work.writes:
            work.put("inbox", {"_id": key, "at": work.now})

    await store.run(once, Context.of(envelope))


async def seen(store: "Store", key: str) -> bool:
    return await store.collection("inbox").find_one({"_id": key}, {"_id": 1}) is not None
