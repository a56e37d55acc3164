"""What of a timeline a caller may see."""

from collections.abc import Sequence
from typing import Any

from libs.contracts.values import TITLE_FIELDS
from libs.domain.grants import Grants, hidden_fields, trimmed
from libs.store.copies import seen
from libs.store.store import Store

Entry = dict[str, Any]


async def visible(store: Store, entries: Sequence[Entry], grants: Grants) -> Sequence[Entry]:
    """The entries about records that the caller may see now, without the fields that are hidden from them."""
    subjects = await seen(store, {_subject(entry) for entry in entries}, grants)
    return [_trimmed(entry, grants) for entry in entries if _subject(entry) in subjects]


def _subject(entry: Entry) -> str:
    return f"{entry['subject']['collection']}/{entry['subject']['id']}"


def _trimmed(entry: Entry, grants: Grants) -> Entry:
    collection = entry["subject"]["collection"]
    hidden = hidden_fields(grants, collection)
    if not hidden:
        return entry
    parts = {name: trimmed(entry[name], grants, collection) for name in ("changed", "activity") if entry[name]}
    nameless = {"subject": {**entry["subject"], "name": None}} if hidden.intersection(TITLE_FIELDS) else {}
    return {**entry, **parts, **nameless}
