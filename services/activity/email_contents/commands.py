"""Writing e-mails: their bodies and attachments."""

from typing import Final

from libs.domain.refusals import InvalidFields, NotFound, TooLarge
from libs.store.work import UnitOfWork
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.email import Email, EmailFile, NotAnEmail
from services.activity.activities.model.kinds import AnyActivity
from services.activity.email_contents import model, store
from services.activity.email_contents.model import Body

MOST_FILES: Final = 50


async def get_email(work: UnitOfWork, email_id: str) -> Email:
    """The e-mail that a request names; raises `NotAnEmail` for an activity of another type."""
    activity: Activity = await work.get_target(AnyActivity, email_id)
    if not isinstance(activity, Email):
        raise NotAnEmail("this activity is no e-mail")
    return activity


async def write_body(work: UnitOfWork, email_id: str, body: Body) -> Email:
    email = await get_email(work, email_id)
    store.put_body(work, email_id, body)
    return work.save(model.written(email, body))


async def attach_file(work: UnitOfWork, email_id: str, file: EmailFile, *, largest: int) -> Email:
    """Adds a file that is kept already; raises `TooLarge` where all of them together are larger than mail may be."""
    email = await get_email(work, email_id)
    email.require_draft()
    if sum(each.size for each in email.attachments) + file.size > largest:
        raise TooLarge(f"the attachments of an e-mail may have {largest} bytes together", limit=largest)
    if len(email.attachments) == MOST_FILES:
        raise InvalidFields.at("/file", "too_many", f"an e-mail has {MOST_FILES} attachments at most")
    return work.save(email.evolve(attachments=(*email.attachments, file)))


async def detach_file(work: UnitOfWork, email_id: str, file_id: str) -> Email:
    email = await get_email(work, email_id)
    email.require_draft()
    rest = tuple(each for each in email.attachments if each.id != file_id)
    if len(rest) == len(email.attachments):
        raise NotFound(f"no attachment {file_id} goes with the e-mail")
    return work.save(email.evolve(attachments=rest))
