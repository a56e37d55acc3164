"""What is said of records that are not there for whoever asks."""

from typing import TYPE_CHECKING

from libs.domain.grants import Operation
from libs.domain.record import Record
from libs.domain.refusals import Forbidden, MovedOn, NotFound, Refusal
from libs.store.aliases import led_on

if TYPE_CHECKING:
    from libs.store.store import Store


def forbidden(collection: str, operation: Operation) -> Forbidden:
    """What is said of a record that the caller sees, and must not do this to."""
    return Forbidden(f"your roles do not allow to {operation} this record", collection=collection)


def missing(record_type: type[Record], record_id: str) -> NotFound:
    """What is said of a record that is not there."""
    return NotFound(f"no {record_type.aggregate.rpartition('.')[2]} has the id {record_id}")


async def absence(store: "Store", record_type: type[Record], record_id: str) -> Refusal:
    """What is said of a record that was merged: where its id leads."""
    return await led_away(store, record_type.collection, record_id) or missing(record_type, record_id)


async def led_away(store: "Store", collection: str, record_id: str) -> MovedOn | None:
    """What is said of an id that leads to another record."""
    subject = f"{collection}/{record_id}"
    survivor = (await led_on(store, [subject])).get(subject)
    return None if survivor is None else MovedOn(survivor.partition("/")[2])
