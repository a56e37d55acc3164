"""Tells people by mail what happened to what is theirs. Identity knows where they are written to."""

from typing import Final

from pydantic import BaseModel

from libs.bus.definitions import consumer
from libs.contracts.journal import WebhookDisabled
from libs.domain.refusals import NotFound, Refusal, Unavailable
from libs.jobs.jobs import JobKind, begin, job
from libs.jobs.progress import Progress
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.web.mailing import MailServer
from libs.web.settings import ServiceSettings
from services.identity.notices import measures
from services.identity.notices.measures import Outcome
from services.identity.notices.model import SUBJECT, Notice, text_of
from services.identity.users.model import User

KIND: Final = "notice"


class Told(BaseModel):
    """What became of a notice."""

    outcome: Outcome


class NoticeLapsed(Refusal):
    """The mail server has not taken a notice for days."""

    code = "notice_lapsed"


@consumer("notices", WebhookDisabled)
async def tell_of_webhook(work: UnitOfWork, event: WebhookDisabled) -> None:
    """The mail is sent by a job, which outlives this process and an absence of the mail server."""
    if (owner_id := event.record.owner_id) is None:
        return
    notice = Notice(
        event_id=event.envelope.id,
        at=event.envelope.time,
        webhook_id=event.record.id,
        webhook=event.record.name,
        owner_id=owner_id,
        reason=event.reason,
        error=event.error,
    )
    begin(work, KIND, notice)


def notices(settings: ServiceSettings) -> JobKind[Notice]:
    server, public_url = MailServer.of(settings), settings.public_url.rstrip("/")

    @job(KIND, Notice)
    async def tell(progress: Progress, notice: Notice) -> Told:
        outcome = await _tell(progress.store, notice, server, public_url)
        measures.notices(outcome).inc()
        return Told(outcome=outcome)

    return tell


async def _tell(store: Store, notice: Notice, server: MailServer | None, public_url: str) -> Outcome:
    """Raises `Unavailable` while the mail server does not take it, and `NoticeLapsed` at last."""
    owner = await _owner_of(store, notice)
    if server is None or owner is None or owner.email is None or not owner.may_sign_in:
        return Outcome.NOBODY_TO_TELL
    try:
        text = text_of(notice, owner.name, public_url)
        await server.send(owner.email, SUBJECT, text, message_id=notice.message_id)
    except Unavailable as error:
        measures.notices(Outcome.NOT_TAKEN).inc()
        if notice.has_lapsed(utc_now()):
            raise NoticeLapsed(error.detail) from error
        raise
    return Outcome.SENT


async def _owner_of(store: Store, notice: Notice) -> User | None:
    async def find(work: UnitOfWork) -> User | None:
        try:
            return await work.get(User, notice.owner_id)
        except NotFound:
            return None

    return await store.run(find, Context())
