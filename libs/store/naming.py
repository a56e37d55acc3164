"""The names of records beside the references to them: as those are called now.

What others are called is derived, so a new name makes no new version of what refers to them, and no event.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pymongo import UpdateMany

from libs.contracts.envelope import Envelope
from libs.contracts.values import TITLE_FIELDS
from libs.domain.pointing import PointingField
from libs.domain.record import Record
from libs.store.errors import answering
from libs.store.rewording import reword
from libs.store.store import Document, Store
from libs.store.wording import searched_fields


def renamed(envelopes: Sequence[Envelope]) -> set[str]:
    """The records that came to be called something else, as `<collection>/<id>`."""
    return {each.subject for each in envelopes if not each.data.get("changed", {}).keys().isdisjoint(TITLE_FIELDS)}


async def keep_names(store: Store, names: Mapping[str, str]) -> None:
    """Calls these records so (`<collection>/<id>` → name) wherever this service's records refer to them."""
    for record_type in store.records:
        if updates := list(_updates(store, record_type, names)):
            async with answering():
                await store.collection(record_type.collection).bulk_write(updates, ordered=False)
        if found_by := _found_by(store, record_type, names):
            await reword(store, record_type, {"$or": found_by})


def _updates(store: Store, record_type: type[Record], names: Mapping[str, str]) -> Iterator[UpdateMany]:
    for subject, name in names.items():
        collection, _, record_id = subject.partition("/")
        for field in _named(store.pointing(record_type, frozenset({collection}))):
            target = {"collection": collection, "id": record_id}
            if field.many:
                stale: Document = {field.name: {"$elemMatch": {**target, "name": {"$ne": name}}}}
                one: list[Mapping[str, str]] = [{f"one.{member}": value for member, value in target.items()}]
                yield UpdateMany(stale, {"$set": {f"{field.name}.$[one].name": name}}, array_filters=one)
            else:
                stale = {f"{field.name}.{member}": value for member, value in target.items()}
                stale[f"{field.name}.name"] = {"$ne": name}
                yield UpdateMany(stale, {"$set": {f"{field.name}.name": name}})


def _found_by(store: Store, record_type: type[Record], names: Iterable[str]) -> list[Document]:
    """The filters of records that are found by one of these names; not only those that did not have it yet, since the
    process may have died before they had its words.
    """
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for subject in names:
        collection, _, record_id = subject.partition("/")
        ids[collection].append(record_id)
    searched = searched_fields(record_type)
    return [
        {f"{field.name}.collection": collection, field.path: {"$in": some}}
        for collection, some in ids.items()
        for field in _named(store.pointing(record_type, frozenset({collection})))
        if field.name in searched
    ]


def _named(fields: Iterable[PointingField]) -> Iterator[PointingField]:
    """Those that hold a name beside the id."""
    return (field for field in fields if field.collection is None)
