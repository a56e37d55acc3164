"""Sending e-mails: what is asked, and what became of it."""

from collections.abc import Sequence

from libs.contracts.activity import ActivityState
from libs.contracts.emails import EmailCompleted, EmailFailed, EmailScheduled
from libs.store.work import UnitOfWork
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.email import Delivery, Email
from services.activity.activities.model.kinds import AnyActivity
from services.activity.email_contents.commands import get_email
from services.activity.email_sending import store
from services.activity.email_sending.model import SendEmail, addressed, recipients_of
from services.activity.email_sending.tokens import token_of


async def send_email(work: UnitOfWork, email_id: str, request: SendEmail, *, domain: str) -> Email:
    """Queues the draft in this commit; `domain` stands in its Message-ID."""
    email = await get_email(work, email_id)
    parties = addressed(email.parties, await store.known_addresses(work.store, email.parties))
    token = token_of(await store.signing_key(work.store), work.new_id())
    due_at = max(work.now, request.at or work.now)
    queued = email.queued(
        parties=parties, message_id=f"<{token}@{domain}>", parent=await answered(work, email), start=due_at
    )
    store.enqueue(work, email_id, token=token, waiting=recipients_of(parties), due_at=due_at)
    return work.save(queued, EmailScheduled())


async def answered(work: UnitOfWork, email: Email) -> Email | None:
    """The e-mail that this one answers, as far as it is still there."""
    if email.reply_to_id is None:
        return None
    parent: Activity | None = await work.look_up(AnyActivity, email.reply_to_id)
    return parent if isinstance(parent, Email) else None


async def look_up_queued(work: UnitOfWork, email_id: str) -> Email | None:
    """The e-mail, if it is still to be sent."""
    email: Activity | None = await work.look_up(AnyActivity, email_id)
    return email if isinstance(email, Email) and email.state is ActivityState.SCHEDULED else None


async def note_deliveries(work: UnitOfWork, email_id: str, deliveries: Sequence[Delivery]) -> None:
    """The mail server has decided about everybody."""
    email = await look_up_queued(work, email_id)
    if email is not None:
        delivered = email.delivered(deliveries, at=work.now)
        taken = delivered.state is ActivityState.COMPLETED
        work.save(delivered, EmailCompleted() if taken else EmailFailed())
