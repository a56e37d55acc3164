"""Figures that follow from a record and from what administrators have defined: worked out at every write of it, and for
all records when the definitions change. The latter makes neither versions nor events.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from pymongo import UpdateOne

from libs.domain.record import Record
from libs.store.documents import WITHOUT_PRIVATE, to_document, to_record
from libs.store.errors import answering
from libs.store.mongo import Document, with_decimals

if TYPE_CHECKING:
    from libs.store.store import Store

Figures: TypeAlias = Callable[["Store", Any], Mapping[str, object]]
"""The fields that follow, for a record as it is about to be written."""

R = TypeVar("R", bound=Record)


def figured(store: "Store", record: R) -> R:
    """The record with the figures that follow from it."""
    figures = store.figures.get(type(record))
    return record if figures is None else record.model_copy(update=figures(store, record))


@answering()
async def refigure(
    store: "Store",
    record_type: type[R],
    figures: Callable[[R], Mapping[str, object]],
    *,
    after: str | None,
    since: datetime | None,
    limit: int,
) -> tuple[int, str | None]:
    """Gives the records behind the id `after` their figures; how many there were, and the last one's id.

    With `since` only those that have changed from then on. Whoever changes a record meanwhile gives it its figures.
    """
    query: Document = {} if since is None else {"modified_at": {"$gte": since}}
    if after is not None:
        query["_id"] = {"$gt": after}
    collection = store.collection(record_type.collection)
    documents = await collection.find(query, WITHOUT_PRIVATE).sort("_id", 1).limit(limit).to_list(limit)
    updates = [update for each in documents if (update := _update(record_type, each, figures)) is not None]
    if updates:
        await collection.bulk_write(updates, ordered=False)
    return len(documents), documents[-1]["_id"] if documents else None


def _update(record_type: type[R], document: Document, figures: Callable[[R], Mapping[str, object]]) -> UpdateOne | None:
    record = to_record(record_type, with_decimals(document))
    wanted = figures(record)
    if all(getattr(record, name) == value for name, value in wanted.items()):
        return None
    figured = to_document(record.model_copy(update=wanted))
    values = {name: figured[name] for name in wanted}
    return UpdateOne({"_id": document["_id"], "version": document["version"]}, {"$set": values})
