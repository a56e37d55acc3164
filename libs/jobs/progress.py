"""How a running job says how far it is, and saves where to resume."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from libs.jobs.jobs import JOBS
from libs.jobs.leased import UNTRIED, Hold
from libs.store.context import Context
from libs.store.errors import answering
from libs.store.mongo import Document
from libs.store.store import Store
from libs.store.work import UnitOfWork

T = TypeVar("T")

_UNSET: Final = object()


class JobCanceled(Exception):
    """Somebody asked for the job to stop; let it pass."""


class HoldLost(Exception):
    """Another copy runs the job now; let it pass."""


class Progress:
    """A running job's hold on its document.

    `cursor` is what the last step saved, None at the first beginning: whatever the job needs to know where to go on.
    Steps raise `JobCanceled` or `HoldLost`, which the job does not catch.
    """

    def __init__(self, store: Store, hold: Hold, via: str) -> None:
        self.store = store
        self._hold = hold
        self._via = via
        self._document = hold.document

    @property
    def job_id(self) -> str:
        return self._hold.id

    @property
    def cursor(self) -> Any:
        return self._document.get("cursor")

    @property
    def done(self) -> int:
        return int(self._document["done"])

    @property
    def failed(self) -> int:
        return int(self._document["failed"])

    @property
    def total(self) -> int | None:
        return self._document.get("total")

    @property
    def context(self) -> Context:
        """The origin of what the job does: the person who began it."""
        document = self._document
        return Context(
            actor_id=document["owner_id"],
            via=self._via,
            correlation_id=document["correlation_id"],
            causation_id=None,
            traceparent=document["traceparent"],
        )

    @answering()
    async def advance(
        self, done: int = 0, *, failed: int = 0, total: int | None = None, cursor: object = _UNSET
    ) -> None:
        """Saves a step whose effect, if any, may be repeated: a resumed job does it again if it was not saved."""
        step = _step(done, failed, total, cursor)
        document: Document | None = await self.store.collection(JOBS).find_one_and_update(
            self._hold.fence, step, return_document=True
        )
        self._now_is(document)

    async def commit(
        self, command: Callable[[UnitOfWork], Awaitable[T]], *, done: int = 1, cursor: object = _UNSET
    ) -> T:
        """Runs a command and saves the step in one commit, so that a resumed job neither repeats nor skips it."""
        step = _step(done, 0, None, cursor)

        async def stepping(work: UnitOfWork) -> T:
            if work.attempt > 1:
                await self._look()  # it may have met another copy that runs the job now
            result = await command(work)
            work.amend(JOBS, self._hold.fence, step)
            return result

        result = await self.store.run(stepping, self.context)
        self._document = _after(self._document, step)
        return result

    @answering()
    async def _look(self) -> None:
        self._now_is(await self.store.collection(JOBS).find_one(self._hold.fence))

    def _now_is(self, document: Document | None) -> None:
        if document is None:
            raise HoldLost
        self._document = document
        if document.get("cancel_requested"):
            raise JobCanceled


def _step(done: int, failed: int, total: int | None, cursor: object) -> Document:
    known: Document = {**UNTRIED}
    if total is not None:
        known["total"] = total
    if cursor is not _UNSET:
        known["cursor"] = cursor
    return {"$inc": {"done": done, "failed": failed}, "$set": known}


def _after(document: Document, step: Document) -> Document:
    """What the server makes of a document by a step."""
    counted = {name: document[name] + more for name, more in step["$inc"].items()}
    return {**document, **step["$set"], **counted}
