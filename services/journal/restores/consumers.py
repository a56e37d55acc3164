"""What others told since a backup is told once more, to the service that was set back to it.

Everybody hears it, under the ids that it had: who handled it does nothing.
"""

from typing import Final

from pydantic import AwareDatetime, BaseModel

from libs.bus.bus import Bus
from libs.bus.definitions import consumer
from libs.bus.parking import LONGEST_REPLAY
from libs.contracts.envelope import BACKUP_RESTORED, Envelope
from libs.contracts.restored import RestoredService
from libs.jobs.jobs import JobKind, begin, job
from libs.jobs.progress import Progress
from libs.store.outbox import Pending
from libs.store.work import UnitOfWork
from services.journal.events import store as events
from services.journal.events.model import EVERYTHING
from services.journal.restores.model import begins, told_again
from services.journal.restores.store import read_restores

KIND: Final = "replay"
PAGE: Final = 200
"""Events that are under way to the broker at once."""


class Replay(BaseModel):
    """All that the journal has kept since a time, but what the service `to` told itself."""

    to: str
    since: AwareDatetime


@consumer("restores", f"*.{BACKUP_RESTORED}")
async def tell_what_was_missed(work: UnitOfWork, envelope: Envelope) -> None:
    restored = RestoredService.of(envelope)
    if restored.service != work.store.service:
        since = begins(restored.taken_at, earliest=work.now - LONGEST_REPLAY)
        begin(work, KIND, Replay(to=restored.service, since=since))


def replaying(bus: Bus) -> JobKind[Replay]:
    """The job, which goes on after the last page that the broker has confirmed."""

    @job(KIND, Replay)
    async def replay(progress: Progress, request: Replay) -> None:
        store = progress.store
        if progress.cursor is None:
            after, head = await events.position_at(store, request.since), await events.head(store)
            await progress.advance(total=head - after, cursor=[after, head])
        restores = await read_restores(store)
        after, head = progress.cursor
        while after < head:
            stretch = await events.read_stretch(store, after=after, head=head, top=PAGE, wanted=EVERYTHING)
            envelopes = [Envelope.from_json(kept.body) for kept in stretch.events]
            if missed := told_again(envelopes, to=request.to, restores=restores):
                await bus.announce([_pending(each) for each in missed])
            await progress.advance(stretch.end - after, cursor=[stretch.end, head])
            after = stretch.end

    return replay


def _pending(event: Envelope) -> Pending:
    return Pending(event.collection, event.record_id, event.id, event.type, event.to_json())
