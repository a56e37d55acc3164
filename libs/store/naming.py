"""The names of records beside the references to them: as those are called now.

What others are called is derived, so a new name makes no new version of what refers to them, and no event.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pymongo import UpdateMany

from libs.contracts.envelope import Envelope
from libs.contracts.values import TITLE_FIELDS
from libs.domain.pointing import PointingField
from libs.domain.record import Record
from libs.store.errors import answering
from libs.store.store import Document, Store


def renamed(envelopes: Sequence[Envelope]) -> set[str]:
    """The records that came to be called something else, as `<collection>/<id>`."""
    return {each.subject for each in envelopes if not each.data.get("changed", {}).keys().isdisjoint(TITLE_FIELDS)}


async def keep_names(store: Store, names: Mapping[str, str]) -> None:
    """Calls these records so (`<collection>/<id>` → name) wherever this service's records refer to them."""
    for record_type in store.records:
        if updates := list(_updates(store, record_type, names)):
            async with answering():
                await store.collection(record_type.collection).bulk_write(updates, ordered=False)


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


def _named(fields: Iterable[PointingField]) -> Iterator[PointingField]:
    """Those that hold a name beside the id."""
    return (field for field in fields if field.collection is None)
