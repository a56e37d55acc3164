"""What a service itself keeps of others' records: that they exist, their names, who may see them, a few fields."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService
from libs.contracts.values import title_of
from libs.domain.grants import Grants, Operation, RowFilter, row_filter
from libs.domain.record import Index
from libs.mail.fields import FIELDS_OF
from libs.store.errors import answering
from libs.store.naming import keep_names, renamed
from libs.store.projecting import forget_older, newest, newness, upsert_newest
from libs.store.reach import access_of
from libs.store.store import Document, Store

COLLECTION: Final = "copies"
INDEXES: Final[Mapping[str, tuple[Index, ...]]] = {COLLECTION: (Index(("name",)), Index(("email",)))}
"""To be built when the store is opened."""
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    **FIELDS_OF,
    "leads": (*FIELDS_OF["leads"], "consent"),
    "contacts": (*FIELDS_OF["contacts"], "consent"),
    "email_templates": ("state", "subject", "text", "html"),
}
"""What a copy has of its record beside the name and the e-mail, by collection: in `fields`, where it has a value."""
ABSENT: Final[Document] = {"name": "", "deleted": True, "owner_id": None, "shares": []}


async def keep_copies(store: Store, envelopes: Sequence[Envelope]) -> None:
    """The projection: one row per record that others announced; a deleted one stays as a tombstone.

    References to a record that came to be called something else say so.
    """
    own = {record.collection for record in store.records}
    rows: dict[str, tuple[int, Document]] = {}
    for subject, envelope in newest(envelopes).items():
        if envelope.collection not in own:
            rows[subject] = newness(envelope), _row(envelope.collection, envelope.record, deleted=envelope.removes)
    await upsert_newest(store.collection(COLLECTION), rows)
    if subjects := renamed(envelopes):
        found = await known(store, subjects)
        await keep_names(store, {subject: row["name"] for subject, row in found.items() if row["name"]})


async def forget_copies(store: Store, restored: RestoredService) -> None:
    """Of a service that was set back, records that it does not have any more."""
    await forget_older(store.collection(COLLECTION), restored, {"deleted": True})


def _row(collection: str, record: Mapping[str, Any], *, deleted: bool) -> Document:
    row = {"name": title_of(record), "email": record.get("email"), "deleted": deleted, **access_of(record)}
    names = FIELDS.get(collection)
    if names is None:
        return row
    return {**row, "fields": {name: record[name] for name in names if record.get(name) is not None}}


async def seed_copies(store: Store, collection: str, records: Sequence[Mapping[str, Any]]) -> None:
    """Keeps records that their owner was asked for, until their next event; any event is newer."""
    rows: dict[str, tuple[int, Document]] = {
        f"{collection}/{record['id']}": (0, _row(collection, record, deleted=False)) for record in records
    }
    await upsert_newest(store.collection(COLLECTION), rows)


async def known(store: Store, subjects: Iterable[str]) -> dict[str, Document]:
    """What is known of records, by `<collection>/<id>`; of this service's own all that there is."""
    own: dict[str, list[str]] = {record.collection: [] for record in store.records}
    others: list[str] = []
    for subject in subjects:
        collection, _, record_id = subject.partition("/")
        if collection in own:
            own[collection].append(record_id)
        else:
            others.append(subject)
    found = await known_copies(store, others) if others else {}
    for collection, ids in own.items():
        if ids:
            absent = {f"{collection}/{id_}": ABSENT for id_ in ids}
            found |= absent | await known_own(store, collection, ids)
    return found


async def seen(store: Store, subjects: Iterable[str], grants: Grants) -> set[str]:
    """Those of the records that the caller may see. One whose access is not known here is hidden."""
    visible: set[str] = set()
    doubtful: dict[str, RowFilter] = {}
    for subject in subjects:
        collection = subject.partition("/")[0]
        rows = row_filter(grants, collection, Operation.READ)
        if rows is None:
            visible.add(subject)
        elif rows.owners:
            doubtful[subject] = rows
    found = await known(store, doubtful) if doubtful else {}
    return visible | {subject for subject, row in found.items() if doubtful[subject].admits(row)}


async def known_copies(store: Store, subjects: Iterable[str]) -> dict[str, Document]:
    """The rows that exist, by `<collection>/<id>`: `name`, `deleted`, `owner_id` and `shares`."""
    wanted = list(subjects)
    async with answering():
        rows = await store.collection(COLLECTION).find({"_id": {"$in": wanted}}).to_list(len(wanted))
    return {row["_id"]: row for row in rows}


async def known_own(store: Store, collection: str, ids: Iterable[str]) -> dict[str, Document]:
    """The same for records of this service itself."""
    wanted = list(ids)
    async with answering():
        documents = (
            await store.collection(collection).find({"_id": {"$in": wanted}}, {"_outbox": 0}).to_list(len(wanted))
        )
    return {
        f"{collection}/{document['_id']}": {
            "name": title_of({**document, "id": document["_id"]}),
            "deleted": "_deleted" in document,
            "owner_id": document.get("owner_id"),
            "shares": document.get("shares", ()),
        }
        for document in documents
    }
