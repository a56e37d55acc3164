"""The job that sends invitations: each mail until the mail server takes it, every time under the same id."""

from email.utils import parseaddr
from functools import partial

from libs.domain.refusals import Unavailable
from libs.jobs.jobs import JobKind, job
from libs.jobs.progress import Progress
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.work import UnitOfWork
from libs.web.mailing import CalendarPart, MailNotSetUp, MailServer
from libs.web.settings import ServiceSettings
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.appointment import Meeting
from services.activity.activities.model.kinds import AnyActivity
from services.activity.calendars.writing import calendar_of
from services.activity.invitations.commands import KIND
from services.activity.invitations.model import InvitationMails, MailLapsed, subject_of, text_of


def invitation_mails(settings: ServiceSettings) -> JobKind[InvitationMails]:
    server = MailServer.of(settings)

    @job(KIND, InvitationMails)
    async def send(progress: Progress, mails: InvitationMails) -> None:
        if server is None:
            raise MailNotSetUp("this installation sends no mail")
        meeting = await progress.store.run(partial(_whole, activity_id=mails.activity_id), Context())
        if meeting is None:
            return
        sender = parseaddr(server.sender)[1]
        text = calendar_of([meeting], method=mails.method, organizer=sender).decode()
        for place in range(progress.cursor or 0, len(mails.to)):
            await _send(server, mails, place, meeting, CalendarPart(mails.method, text))
            await progress.advance(1, cursor=place + 1)

    return send


async def _whole(work: UnitOfWork, activity_id: str) -> Meeting | None:
    """The appointment, also one that was removed, of which those who were invited must hear."""
    activity: Activity
    activity, _ = await work.get_whole(AnyActivity, activity_id)
    return activity if isinstance(activity, Meeting) else None


async def _send(server: MailServer, mails: InvitationMails, place: int, meeting: Meeting, part: CalendarPart) -> None:
    """Raises `Unavailable` while the mail server does not take it, and `MailLapsed` at last."""
    try:
        await server.send(
            mails.to[place],
            subject_of(meeting, mails.method),
            text_of(meeting),
            mail_id=mails.message_id(place),
            calendar=part,
        )
    except Unavailable as error:
        if mails.has_lapsed(utc_now()):
            raise MailLapsed(error.detail) from error
        raise
