"""Mail that the mailbox has accepted: one document each, and its raw bytes in a file of the same id."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

from libs.contracts.values import Reference
from libs.domain.record import Index
from libs.store.attached import RecordFiles
from libs.store.copies import COLLECTION as COPIES
from libs.store.errors import answering
from libs.store.files import Files
from libs.store.ids import new_id
from libs.store.projecting import insert_missing
from libs.store.store import Document, Store
from libs.store.work import UnitOfWork
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.email import Email
from services.activity.activities.model.kinds import AnyActivity
from services.activity.email_receiving.model import Outcome

ARRIVALS: Final = "email_arrivals"
MAILBOXES: Final = "email_mailboxes"
RAW: Final = "email_raw"
RAW_FILES: Final = RecordFiles(Email.collection, RAW, whole="message.eml")
"""The raw mails, which belong to a person's e-mails though no record names them: an erasure leaves none."""
INDEXES: Final[Mapping[str, tuple[Index, ...]]] = {
    ARRIVALS: (Index(("place",), unique=True), Index(("free_at",)), Index(("mailbox", "outcome")))
}

_RANKS: Final = ("contacts", "leads", "accounts", "users")
"""The collections in which an address is looked for; where several have it, the first one counts."""
_MOST_COPIES: Final = 500


async def keep_arrival(
    store: Store, raw: bytes, *, mailbox: str, at: datetime, recipients: Sequence[str] = (), place: str | None = None
) -> str:
    """Makes the mail durable, raw bytes first; only then may it be acknowledged. Returns its id.

    `place` is where it lies in a mailbox that keeps it: what was taken from there before is not taken again.
    """
    arrival_id = new_id()
    files = Files(store, RAW)
    await files.put(arrival_id, raw)
    document: Document = {
        "_id": arrival_id,
        "mailbox": mailbox,
        "recipients": list(recipients),
        "size": len(raw),
        "sha256": sha256(raw).hexdigest(),
        "received_at": at,
        "free_at": at,
        "attempts": 0,
        **({} if place is None else {"place": place}),
    }
    async with answering():
        await insert_missing(store.collection(ARRIVALS), [document])
        taken_before = place is not None and not await store.collection(ARRIVALS).find_one({"_id": arrival_id})
    if taken_before:
        await files.drop(arrival_id)
    return arrival_id


@answering()
async def places_known(store: Store, places: Collection[str]) -> set[str]:
    """The places in the mailbox whose mail was taken already."""
    found = store.collection(ARRIVALS).find({"place": {"$in": list(places)}}, {"place": 1})
    return {row["place"] async for row in found}


def settle(work: UnitOfWork, fence: Document, outcome: Outcome, email_id: str | None) -> None:
    """In the commit of what became of it; nobody takes it again."""
    told = {"outcome": outcome, "email_id": email_id}
    work.amend(ARRIVALS, fence, {"$set": told, "$unset": {"free_at": "", "token": ""}})


async def sent_with(work: UnitOfWork, token: str) -> Email | None:
    """The e-mail whose Message-ID begins with this token."""
    return _email(await work.first(AnyActivity, {"message_id": {"$regex": f"^<{token}@"}}))


async def with_message_id(work: UnitOfWork, message_ids: Sequence[str]) -> Email | None:
    """The first of these e-mails that is known."""
    if not message_ids:
        return None
    found = await work.find(AnyActivity, {"message_id": {"$in": list(message_ids)}})
    emails = {email.message_id: email for each in found if (email := _email(each)) is not None}
    return next((emails[each] for each in message_ids if each in emails), None)


def _email(activity: Activity | None) -> Email | None:
    return activity if isinstance(activity, Email) else None


async def people_with(store: Store, addresses: Iterable[str]) -> dict[str, tuple[Reference, str | None]]:
    """Who has an address, as their services told, and who owns that record."""
    query = {"email": {"$in": list(addresses)}, "deleted": False}
    rows = await store.collection(COPIES).find(query).sort("_id", 1).limit(_MOST_COPIES).to_list(_MOST_COPIES)
    found: dict[str, tuple[Reference, str | None]] = {}
    for row in sorted(rows, key=_rank):
        collection, _, id_ = row["_id"].partition("/")
        if collection in _RANKS:
            reference = Reference(collection=collection, id=id_, name=row["name"][:300])
            found.setdefault(row["email"], (reference, row.get("owner_id")))
    return found


def _rank(row: Document) -> int:
    collection = row["_id"].partition("/")[0]
    return _RANKS.index(collection) if collection in _RANKS else len(_RANKS)


@answering()
async def note_mailbox(store: Store, mailbox: str, fields: Mapping[str, object]) -> None:
    await store.collection(MAILBOXES).update_one({"_id": mailbox}, {"$set": dict(fields)}, upsert=True)


async def complete_up_to(store: Store, mailbox: str, validity: int) -> int:
    """The UID up to which nothing is missing; 0 where the server numbers its mails anew (UIDVALIDITY)."""
    told = (await mailboxes(store)).get(mailbox, {})
    return int(told["complete"]) if told.get("validity") == validity else 0


@answering()
async def mailboxes(store: Store) -> dict[str, Document]:
    return {row["_id"]: row async for row in store.collection(MAILBOXES).find({})}


@answering()
async def outcomes(store: Store) -> dict[str, Counter[str]]:
    """How many of the mails of each mailbox ended how; `waiting` are those that nobody has looked at."""
    groups = [{"$group": {"_id": {"mailbox": "$mailbox", "outcome": "$outcome"}, "count": {"$sum": 1}}}]
    counts: dict[str, Counter[str]] = {}
    async for row in store.collection(ARRIVALS).aggregate(groups):
        of = counts.setdefault(row["_id"]["mailbox"], Counter())
        of[row["_id"].get("outcome") or "waiting"] += row["count"]
    return counts
