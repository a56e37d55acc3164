"""Where failed sign-ins are counted: in the database, so that all copies of the service count together."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any, Final

from libs.domain.record import Index
from libs.store.errors import answering
from libs.store.store import Document, Store
from services.identity.attempts import model
from services.identity.attempts.model import FIRST_WAIT, FORGOTTEN_AFTER, Attempts, Subject, TooManyAttempts

COLLECTION: Final = "sign_in_attempts"
INDEXES: Final = {COLLECTION: (Index(("last_at",), expires_after=FORGOTTEN_AFTER),)}
MOST_RIVALS: Final = 50


async def count(store: Store, subjects: Iterable[Subject], *, at: datetime) -> None:
    """Counts a try of each subject as failed until it is forgiven; raises `TooManyAttempts`."""
    for subject in subjects:
        await _change(store, subject, partial(model.attempt, subject=subject, at=at))


async def forgive(store: Store, subject: Subject) -> None:
    """Takes back the last try."""
    await _change(store, subject, model.forgive)


async def absolve(store: Store, subject: Subject) -> None:
    """Takes back every try."""
    await _change(store, subject, model.absolve)


async def _change(store: Store, subject: Subject, change: Callable[[Attempts], Attempts]) -> None:
    """Compare and set: a try counted elsewhere in between makes this one be decided again."""
    rows = store.collection(COLLECTION)
    async with answering():
        for _ in range(MOST_RIVALS):
            row = await rows.find_one({"_id": subject.key})
            if row is None:
                await rows.update_one({"_id": subject.key}, {"$setOnInsert": _row(Attempts(), 0)}, upsert=True)
                continue
            after = _row(change(_attempts(row)), row["revision"] + 1)
            changed = await rows.replace_one({"_id": subject.key, "revision": row["revision"]}, after)
            if changed.matched_count:
                return
    raise TooManyAttempts(FIRST_WAIT)


def _row(attempts: Attempts, revision: int) -> Document:
    row: dict[str, Any] = {"failures": attempts.failures, "revision": revision}
    for name in ("last_at", "locked_until"):
        if (value := getattr(attempts, name)) is not None:
            row[name] = value
    return row


def _attempts(row: Document) -> Attempts:
    return Attempts(row["failures"], row.get("last_at"), row.get("locked_until"))
