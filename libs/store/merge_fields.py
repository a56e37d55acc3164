"""What the fields of a template stand for, by what this service knows of the records."""

from libs.contracts.values import Reference
from libs.domain.grants import trimmed
from libs.domain.people import Somebody
from libs.mail.templates import Values
from libs.store.copies import known
from libs.store.store import Document
from libs.store.work import UnitOfWork


async def merge_values(work: UnitOfWork, record: Reference | None, recipient: Somebody | None) -> Values:
    """The sender is whoever asks. The references lead somewhere: the edge has checked them.

    What is hidden from whoever asks is not said. What is said of the recipient themselves counts before what is known.
    """
    sender = f"users/{work.context.actor_id}"
    about = f"{record.collection}/{record.id}" if record else ""
    whom = f"{recipient.collection}/{recipient.id}" if recipient and recipient.id else ""
    rows = await known(work.store, {subject for subject in (sender, about, whom) if subject})
    said = {"name": recipient.name, "email": recipient.email, "phone": recipient.phone} if recipient else {}
    return {
        "record": _told(work, about, rows.get(about)),
        "recipient": _told(work, whom, rows.get(whom)) | {name: text for name, text in said.items() if text},
        "sender": _told(work, sender, rows.get(sender)),
    }


def _told(work: UnitOfWork, subject: str, row: Document | None) -> dict[str, str]:
    if row is None or row["deleted"]:
        return {}
    fields = {"name": row["name"], "email": row.get("email"), **row.get("fields", {})}
    told = trimmed(fields, work.context.grants, subject.partition("/")[0])
    return {name: value for name, value in told.items() if isinstance(value, str) and value}
