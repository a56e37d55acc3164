"""The queue of e-mails that are to go out: one document each, until the mail server has decided about everybody."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from libs.contracts.activity import ActivityState
from libs.domain.record import Index
from libs.store.copies import known_copies
from libs.store.errors import answering
from libs.store.signing import key_in
from libs.store.store import Document, Store
from libs.store.work import UnitOfWork
from services.activity.activities.model.email import Delivery
from services.activity.activities.model.kinds import AnyActivity
from services.activity.activities.model.parties import Party
from services.activity.email_sending.model import Progress

QUEUE: Final = "email_queue"
INDEXES: Final = (Index(("free_at",)),)
_KEYS: Final = "email_keys"


async def signing_key(store: Store) -> bytes:
    return await key_in(store, _KEYS)


async def known_addresses(store: Store, parties: Sequence[Party]) -> dict[str, str]:
    """The addresses of records among the parties, by `<collection>/<id>`, as their services told them."""
    subjects = {f"{party.collection}/{party.id}" for party in parties if party.id and not party.email}
    if not subjects:
        return {}
    found = await known_copies(store, subjects)
    return {subject: row["email"] for subject, row in found.items() if row.get("email") and not row["deleted"]}


def enqueue(work: UnitOfWork, email_id: str, *, token: str, waiting: Sequence[str], due_at: datetime) -> None:
    """Queues the e-mail, in place of an earlier sending of it that somebody may have in hand."""
    row = {
        "_id": email_id,
        "token_of_mail": token,
        "waiting": list(waiting),
        "settled": [],
        "queued_at": work.now,
        "due_at": due_at,
        "free_at": due_at,
        "attempts": 0,
        "correlation_id": work.context.correlation_id,
    }
    work.overwrite(QUEUE, row)


def progress_of(row: Mapping[str, Any]) -> Progress:
    return Progress(tuple(row["waiting"]), tuple(Delivery.model_validate(each) for each in row["settled"]))


def fields_of(progress: Progress) -> Document:
    return {"waiting": list(progress.waiting), "settled": [each.model_dump() for each in progress.settled]}


@answering()
async def count_waiting(store: Store) -> tuple[int, int]:
    """How many e-mails are queued, and how many are said to be but are not; the latter is 0, or something was lost."""
    lost: list[Document] = [
        {"$match": {"state": ActivityState.SCHEDULED, "type": "email", "_deleted": None}},
        {"$lookup": {"from": QUEUE, "localField": "_id", "foreignField": "_id", "as": "rows"}},
        {"$match": {"rows": []}},
        {"$count": "count"},
    ]
    waiting = await store.collection(QUEUE).count_documents({})
    found = await store.collection(AnyActivity.collection).aggregate(lost).to_list(1)
    return waiting, found[0]["count"] if found else 0
