"""Where bodies of e-mails lie, one document each, and their attachments, one file each."""

from typing import Final

from libs.domain.refusals import NotFound
from libs.store.attached import RecordFiles
from libs.store.errors import answering
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.activity.activities.model.email import Email
from services.activity.email_contents.model import Body, Calendar

BODIES: Final = "email_bodies"
FILES: Final = RecordFiles(Email.collection, "email_files")


def put_body(work: UnitOfWork, email_id: str, body: Body) -> None:
    work.overwrite(BODIES, {"_id": email_id, **body.model_dump()})


@answering()
async def calendar_of(store: Store, email_id: str) -> Calendar | None:
    """What makes the e-mail an invitation, whatever is written in it."""
    row = await store.collection(BODIES).find_one({"_id": email_id})
    return None if row is None else Body.model_validate(row).calendar


@answering()
async def body_of(store: Store, email: Email) -> Body:
    """The one of its own, or else what the record says; raises `NotFound` where the person it told of was erased."""
    if email.body_size is None:
        return Body(text=email.description, calendar=await calendar_of(store, email.id))
    row = await store.collection(BODIES).find_one({"_id": email.id})
    if row is None:
        raise NotFound("the body of this e-mail was erased")
    return Body.model_validate(row)
