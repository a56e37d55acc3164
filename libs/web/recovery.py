"""After a restore from backup: what a service tells, so that everybody follows it back.

It tells each of its records once more, in its new epoch, and then that it was set back: what others know of it beyond
that is no more. What happened elsewhere since the backup it hears again from the journal, and tells its records to the
journal where it was the journal that was set back.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, TypeAlias

from pydantic import BaseModel

from libs.bus.bus import Bus
from libs.bus.definitions import consumer
from libs.contracts.envelope import BACKUP_RESTORED, Envelope
from libs.jobs.jobs import JobKind, begin, job
from libs.jobs.progress import Progress
from libs.store.backups.marks import META, RESTORED, unannounced
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.documents import to_json
from libs.store.errors import answering
from libs.store.ids import new_id
from libs.store.outbox import Pending
from libs.store.restating import restated
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.web.snapshots import PAGE

COLLECTION: Final = "backups"
KIND: Final = "recovery"


Also: TypeAlias = Callable[[Store, Context, datetime], Awaitable[None]]
"""What else a service does once it was set back, and when that was; it may be done again."""


class Recover(BaseModel):
    """From when to when the service was set back; None where it was another service."""

    taken_at: datetime | None = None
    restored_at: datetime | None = None


def recovery(bus: Bus, also: Also | None = None) -> JobKind[Recover]:
    """The job, which goes on after the last page that the broker has confirmed; `also` is done before."""

    @job(KIND, Recover)
    async def recover(progress: Progress, request: Recover) -> None:
        if request.restored_at is not None and also is not None:
            await also(progress.store, progress.context, request.restored_at)
        await _restate_all(bus, progress)
        if request.taken_at is not None:
            await bus.announce([told_back(progress.store, progress.context, request, at=utc_now())])

    return recover


async def _restate_all(bus: Bus, progress: Progress) -> None:
    """Its cursor is a collection, and an id in it."""
    store, (begun_with, after) = progress.store, progress.cursor or ("", None)
    records = {record.collection: record for record in store.records}
    if progress.total is None:
        async with answering():
            counts = [await store.collection(name).estimated_document_count() for name in records]
        await progress.advance(total=sum(counts))
    for name in sorted(each for each in records if each >= begun_with):
        place = after if name == begun_with else None
        while events := await restated(store, records[name], progress.context, after=place, limit=PAGE, recovered=True):
            await bus.announce(events)
            place = events[-1].record_id
            await progress.advance(len(events), cursor=[name, place])


def told_back(store: Store, context: Context, request: Recover, *, at: datetime) -> Pending:
    """The event that says that the service was set back."""
    collections = sorted(record.collection for record in store.records)
    id_ = f"{store.service}-{store.epoch}"
    record = {"id": id_, "version": 1, **request.model_dump(), "collections": collections}
    envelope = Envelope(
        id=new_id(),
        source=f"/crm/{store.service}",
        type=f"{store.service}.{BACKUP_RESTORED}",
        subject=f"{COLLECTION}/{id_}",
        time=at,
        epoch=store.epoch,
        sequence=1,
        correlationid=context.correlation_id,
        causationid=None,
        actorid=None,
        via=context.via,
        traceparent=None,
        data={"record": record, "access": {"owner": None, "teams": [], "shares": []}},
    )
    body = to_json(envelope.attributes())
    return Pending(COLLECTION, envelope.record_id, envelope.id, envelope.type, body)


async def begin_recovery(store: Store) -> None:
    """Begins the job if the database was set back since anybody looked."""

    async def command(work: UnitOfWork) -> None:
        restored = await unannounced(store.database)
        if restored is not None:
            begin(work, KIND, Recover(taken_at=restored.taken_at, restored_at=restored.restored_at))
            work.consume(META, {"_id": RESTORED, "epoch": restored.epoch})

    await store.run(command, Context())


@consumer("restores", f"journal.{BACKUP_RESTORED}")
async def tell_the_journal(work: UnitOfWork, envelope: Envelope) -> None:  # noqa: ARG001 - that it happened is enough
    """A journal that was set back has missed what is kept nowhere else: records are told to it as they are."""
    begin(work, KIND, Recover())
