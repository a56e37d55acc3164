"""What of the journal a caller may see."""

from collections.abc import Sequence
from dataclasses import replace

import orjson

from libs.domain.grants import Grants, hidden_fields, trimmed_event
from libs.store.copies import seen
from libs.store.store import Store
from services.journal.events.store import Kept


async def visible(store: Store, events: Sequence[Kept], grants: Grants) -> Sequence[Kept]:
    """The events about records that the caller may see now, without the fields that are hidden from them."""
    subjects = await seen(store, {event.subject for event in events}, grants)
    return [_trimmed(event, grants) for event in events if event.subject in subjects]


def _trimmed(event: Kept, grants: Grants) -> Kept:
    collection = event.subject.partition("/")[0]
    if not hidden_fields(grants, collection):
        return event
    body = orjson.loads(event.body)
    body["data"] = trimmed_event(body["data"], grants, collection)
    return replace(event, body=orjson.dumps(body))
