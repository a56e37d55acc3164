"""Transactions that are committed once, whatever the network does meanwhile."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from libs.store.errors import Conflict, OutcomeUnknown
from libs.store.mongo import DURABLE, Client, Session

ISOLATED: Final = ReadConcern("snapshot")

_TRANSIENT: Final = "TransientTransactionError"
_UNKNOWN: Final = "UnknownTransactionCommitResult"
_WRITE_CONFLICT: Final = 112


async def in_transaction(client: Client, apply: Callable[[Session], Awaitable[None]], *, deadline: float) -> None:
    """Applies the writes and commits them.

    A transient error aborts and applies them again on a fresh session. A commit whose outcome is unknown is committed
    again on the same session, never applied again, until the deadline; then the outcome stays unknown.
    """
    while True:
        async with await client.start_session() as session:
            session.start_transaction(ISOLATED, DURABLE, max_commit_time_ms=2000)
            try:
                await apply(session)
            except BaseException as error:
                await _abort(session)
                if isinstance(error, PyMongoError) and error.has_error_label(_TRANSIENT):
                    if time.monotonic() < deadline and not _write_conflict(error):
                        continue
                    raise Conflict from error
                raise
            if await commit(session, deadline=deadline):
                return


async def commit(session: Session, *, deadline: float) -> bool:
    """Commits; False if the transaction is certain to have failed and may be applied again."""
    while True:
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            if error.has_error_label(_UNKNOWN):
                if time.monotonic() < deadline:
                    await asyncio.sleep(0.05)
                    continue
                raise OutcomeUnknown("the database did not confirm the commit in time") from error
            if error.has_error_label(_TRANSIENT) and time.monotonic() < deadline:
                return False
            raise
        return True


async def _abort(session: Session) -> None:
    with suppress(PyMongoError):  # the server forgets it by itself, after its own limit
        await session.abort_transaction()


def _write_conflict(error: PyMongoError) -> bool:
    return getattr(error, "code", None) == _WRITE_CONFLICT
