"""Writing e-mails: their bodies and attachments."""

from libs.domain.attachments import Attachment, Limits, without
from libs.store.work import UnitOfWork
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.email import Email, NotAnEmail
from services.activity.activities.model.kinds import AnyActivity
from services.activity.email_contents import model, store
from services.activity.email_contents.model import Body


async def get_email(work: UnitOfWork, email_id: str) -> Email:
    """The e-mail that a request names; raises `NotAnEmail` for an activity of another type."""
    activity: Activity = await work.get_target(AnyActivity, email_id)
    if not isinstance(activity, Email):
        raise NotAnEmail("this activity is no e-mail")
    return activity


async def write_body(work: UnitOfWork, email_id: str, body: Body) -> Email:
    """The draft with another body; an invitation is still one."""
    email = await get_email(work, email_id)
    written = model.written(email, body)
    calendar = await store.calendar_of(work.store, email_id)
    store.put_body(work, email_id, body.model_copy(update={"calendar": calendar}))
    return work.save(written)


async def attach_file(work: UnitOfWork, email_id: str, file: Attachment, limits: Limits) -> Email:
    email = await get_email(work, email_id)
    email.require_draft()
    return work.save(email.evolve(attachments=limits.joined(email.attachments, file)))


async def detach_file(work: UnitOfWork, email_id: str, file_id: str) -> Email:
    email = await get_email(work, email_id)
    email.require_draft()
    return work.save(email.evolve(attachments=without(email.attachments, file_id)))
