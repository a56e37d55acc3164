"""A service's part in privacy requests, put together from its records: it hears what is asked, does it, answers."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from typing import Final, TypeAlias

from pydantic import BaseModel

from libs.bus.definitions import Consumer
from libs.contracts.event import Event
from libs.contracts.journal import PrivacyRequestAnnounced, PrivacyRequestCompleted, PrivacyRequestSnapshot
from libs.contracts.privacy import PrivacyStep
from libs.domain.refusals import Refusal, Unavailable
from libs.jobs.duties import Duty
from libs.jobs.jobs import JobKind, begin
from libs.jobs.progress import HoldLost, JobCanceled, Progress
from libs.privacy.erasing import Sweep
from libs.privacy.exporting import forget_parts, write_parts
from libs.privacy.finding import Portable, find
from libs.privacy.tasks import ORDERS, Order, PrivacyTask, find_order, report, task_of
from libs.store.attached import RecordFiles
from libs.store.erased import settle_tombstone
from libs.store.store import Store
from libs.store.work import UnitOfWork

NAME: Final = "privacy"
CLOCKS_DIFFER: Final = timedelta(seconds=5)
"""By how much the clocks of two services may differ."""

Afterwards: TypeAlias = Callable[[Store], Awaitable[object]]


class PrivacyJob(BaseModel):
    """The order lies in a document of its own: a job is kept for longer than a person's data may be."""

    request_id: str
    round: int


class Privacy:
    """`consumer`, `kind` and `duty` belong to the service's bus and jobs.

    Documents of the collections `alone` mean nothing without the person. `afterwards` is done once one is erased.
    `files` go with the records that name them.
    """

    def __init__(
        self,
        portable: Sequence[Portable],
        alone: Iterable[str],
        afterwards: Afterwards | None,
        files: Sequence[RecordFiles] = (),
    ) -> None:
        self._portable, self._files = tuple(portable), tuple(files)
        self._alone = frozenset((*alone, *(each.collection for each in portable if each.alone)))
        self._afterwards = afterwards
        self.kind = JobKind(NAME, PrivacyJob, self._run)
        self.consumer = Consumer(NAME, (PrivacyRequestAnnounced, PrivacyRequestCompleted), self._hear, screened=False)
        self.duty = Duty("privacy_parts", 3600.0, forget_parts)

    async def _hear(self, work: UnitOfWork, event: Event[PrivacyRequestSnapshot]) -> None:
        if isinstance(event, PrivacyRequestCompleted):
            await settle_tombstone(work.store, event.record.id, event.envelope.time + CLOCKS_DIFFER)
            return
        asked = event.record
        order = Order(
            request_id=asked.id, owner_id=asked.owner_id, step=asked.step, round=asked.round, person=asked.person
        )
        work.overwrite(ORDERS, order.document())
        begin(work, self.kind, PrivacyJob(request_id=order.request_id, round=order.round))

    async def _run(self, progress: Progress, job: PrivacyJob) -> None:
        order = await find_order(progress.store, job.request_id)
        if order is None or order.round != job.round:
            return  # answered before, or asked anew
        try:
            await _report(progress, order, await self._answer(progress, order))
        except (HoldLost, JobCanceled, Unavailable):
            raise
        except Refusal as refusal:
            await _report(progress, order, _answer(progress, order, error=refusal.code))
        except Exception:
            await _report(progress, order, _answer(progress, order, error="internal_error"))
            raise

    async def _answer(self, progress: Progress, order: Order) -> PrivacyTask:
        match order.step:
            case PrivacyStep.FIND:
                person, found = await find(progress.store, order.person, self._portable)
                return _answer(progress, order, person=person, found=tuple(found))
            case PrivacyStep.ERASE:
                found = await Sweep(progress, order, self._alone, self._files).run()
                if self._afterwards is not None:
                    await self._afterwards(progress.store)
                return _answer(progress, order, found=tuple(found))
            case PrivacyStep.EXPORT:
                written = await write_parts(progress.store, order, self._portable, self._files)
                return _answer(progress, order, found=tuple(written))


def _answer(progress: Progress, order: Order, **fields: object) -> PrivacyTask:
    told = {"id": order.task_id, "request_id": order.request_id, "step": order.step, "round": order.round}
    return task_of(progress.store.service).model_validate({**told, "owner_id": order.owner_id, **fields})


async def _report(progress: Progress, order: Order, answer: PrivacyTask) -> None:
    async def command(work: UnitOfWork) -> None:
        await report(work, order, answer)

    await progress.commit(command, done=0)
