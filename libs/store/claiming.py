"""Claims that a record holds in its own document, where a unique index lets no other record have them.

A claim that lies in `claims` (private_work.py) costs its holder a transaction; one of these costs an insert nothing.
That an event was handled is claimed so as well, by the record that it made (inbox.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from libs.domain.record import Record
from libs.store.documents import CLAIMS
from libs.store.errors import answering
from libs.store.mongo import Document
from libs.store.private import Amend
from libs.store.work import UnitOfWork

if TYPE_CHECKING:
    from libs.store.store import Store

HANDLED: Final = "inbox|"
"""How a claim begins that says that an event was handled."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The record that has a claim, though it were removed or merged, as it was when it was read."""

    id: str
    version: int


async def holder_of(work: UnitOfWork, record_type: type[Record], key: str) -> Holder | None:
    document = await work.store.collection(record_type.collection).find_one({CLAIMS: key}, {"version": 1})
    return None if document is None else Holder(document["_id"], document["version"])


def claim(work: UnitOfWork, record: Record, key: str, *, giver: Holder | None) -> None:
    """What this command adds, saves or restores has the claim from now on; `giver` had it when that was read.

    Where somebody else has taken it since, or the giver is not as it was, this command runs again.
    """
    work.changes[record.collection, record.id].claims.append(key)
    if giver is not None and giver.id != record.id:
        as_read: Document = {"_id": giver.id, "version": giver.version, CLAIMS: key}
        work.contested[record.collection, giver.id] = Amend(record.collection, as_read, {"$pull": {CLAIMS: key}})


def claims_of_people(document: Document) -> list[str]:
    """Any claim of a stored document may tell of a person, but for that an event was handled."""
    return [each for each in document.get(CLAIMS, ()) if not each.startswith(HANDLED)]


@answering()
async def give_up(store: "Store", collection: str, record_id: str, claims: Sequence[str]) -> None:
    """Takes claims off a record; nobody is told."""
    await store.collection(collection).update_one({"_id": record_id}, {"$pullAll": {CLAIMS: claims}})
