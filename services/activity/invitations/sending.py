"""The job that writes invitations: e-mails like any others, which wait in the queue of those."""

from collections.abc import Callable, Sequence
from functools import partial

from libs.jobs.jobs import JobKind, job
from libs.jobs.progress import Progress
from libs.store.work import UnitOfWork
from libs.web.mailing import MailNotSetUp
from libs.web.settings import ServiceSettings
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.appointment import Meeting
from services.activity.activities.model.kinds import AnyActivity
from services.activity.calendars.writing import calendar_of
from services.activity.email_contents.model import Body, Calendar
from services.activity.email_contents.store import put_body
from services.activity.email_sending.commands import send_email
from services.activity.email_sending.composing import Sending
from services.activity.email_sending.model import MOST_RECIPIENTS, SendEmail
from services.activity.invitations.commands import KIND
from services.activity.invitations.model import InvitationMails, Method, invitation_email, organizer_of, text_of


def invitations(inbox: str | None) -> Callable[[ServiceSettings], JobKind[InvitationMails]]:
    """Attendees answer the `inbox`; without one the organizer, or else the sender of the installation."""

    def invitation_mails(settings: ServiceSettings) -> JobKind[InvitationMails]:
        sending = Sending(settings.mail_from, inbox)

        @job(KIND, InvitationMails)
        async def write(progress: Progress, mails: InvitationMails) -> None:
            if settings.smtp_url is None:
                raise MailNotSetUp("this installation sends no mail")
            for start in range(progress.done, len(mails.to), MOST_RECIPIENTS):
                to = mails.to[start : start + MOST_RECIPIENTS]
                await progress.commit(partial(send_invitation, mails=mails, to=to, sending=sending), done=len(to))

        return write

    return invitation_mails


async def send_invitation(work: UnitOfWork, *, mails: InvitationMails, to: Sequence[str], sending: Sending) -> None:
    """Queues one e-mail to some of them; also of an appointment that was removed, of which they must hear."""
    meeting: Activity
    meeting, _ = await work.get_whole(AnyActivity, mails.activity_id)
    if not isinstance(meeting, Meeting):
        return
    body = _body(meeting, mails.method, sending)
    email = work.add(invitation_email(meeting, mails.method, to, body, id=work.new_id()).begun(at=work.now))
    put_body(work, email.id, body)
    await send_email(work, email.id, SendEmail(), domain=sending.domain)


def _body(meeting: Meeting, method: Method, sending: Sending) -> Body:
    organizer = organizer_of(meeting)
    own = sending.address if organizer is None or organizer.email is None else None
    text = calendar_of([meeting], method=method, answers_to=sending.inbox or own).decode()
    return Body(text=text_of(meeting), calendar=Calendar(method=method, text=text))
