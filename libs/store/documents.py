"""A record as a document of MongoDB and as JSON.

A document holds the fields that have a value (a missing field is null) under their own names, `_id` for the id, and
private fields that begin with an underscore: `_outbox`, `_pending`, `_request`, `_claims`, `_deleted`, `_match`,
`_words`, `_merged` (beside `_deleted`: its id leads to another record) and `_moved` (what fields pointed to before
merges, libs/store/moving.py).
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeVar

import orjson
from bson.decimal128 import Decimal128

from libs.domain.kinds import kind_of
from libs.domain.record import Record, specs_of
from libs.store.mongo import Document, to_decimal

R = TypeVar("R", bound=Record)

BOOKKEEPING: Final = frozenset({"version", "modified_at", "modified_by"})
"""Fields that every save changes, and that say nothing about what was changed."""

MATCH: Final = "_match"
"""The keys under which a record is found as a duplicate (libs/domain/duplicates.py)."""

WORDS: Final = "_words"
"""The words by which `$search` finds a record (libs/store/wording.py)."""

CLAIMS: Final = "_claims"
"""What no other record of its collection may claim (libs/store/claiming.py)."""

PRIVATE: Final = ("_outbox", "_pending", "_request", "_deleted", "_merged", "_moved", CLAIMS, MATCH, WORDS)

WITHOUT_PRIVATE: Final = {"_outbox": 0, "_pending": 0, "_request": 0, CLAIMS: 0, MATCH: 0, WORDS: 0}


def to_document(record: Record) -> Document:
    document = record.model_dump(exclude_none=True)
    fields = {name: _as_read(value) for name, value in document.items() if name != "id"}
    return {"_id": document["id"], **fields}


def _as_read(value: Any) -> Any:
    """The value as the database will give it back, so that what is loaded and what is saved compare."""
    if isinstance(value, tuple | list):
        return [_as_read(each) for each in value]
    if isinstance(value, dict):
        return {name: _as_read(each) for name, each in value.items()}
    return value


def to_record(record_type: type[R], document: Mapping[str, Any]) -> R:
    fields = {name: value for name, value in document.items() if name[0] != "_"}
    return kind_of(record_type, document).model_validate({"id": document["_id"], **fields})


def without_private(document: Mapping[str, Any]) -> Document:
    """As the projection `WITHOUT_PRIVATE` gives it, which costs the database more than these fields of one record."""
    return {name: value for name, value in document.items() if name not in WITHOUT_PRIVATE}


def undeclared(record_type: type[Record], document: Mapping[str, Any]) -> Document:
    """Fields that a newer release has written, while copies of both run: a save carries them along."""
    declared = specs_of(record_type)
    return {name: value for name, value in document.items() if name not in declared and name[0] != "_"}


def still_moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> Document:
    """What is known of moved fields, but for those that have changed: they are as somebody wants them."""
    kept = [
        each for each in before.get("_moved", ()) if value_at(before, each["field"]) == value_at(after, each["field"])
    ]
    return {"_moved": kept} if kept else {}


def value_at(document: Mapping[str, Any], path: str) -> Any:
    """The value of a field, or of the member of one (`custom.partner`); None where there is none."""
    name, _, member = path.partition(".")
    value = document.get(name)
    return value if not member or value is None else value.get(member)


@cache
def whole(record_type: type[Record]) -> Mapping[str, int]:
    """The projection to all that is public. Naming what is wanted costs the database half of naming what is not."""
    return {name: 1 for name in specs_of(record_type) if name != "id"}


@cache
def _blank(record_type: type[Record]) -> dict[str, Any]:
    return dict.fromkeys(specs_of(record_type))


def public(record_type: type[Record], document: Mapping[str, Any]) -> dict[str, Any]:
    """What clients and subscribers see: every declared field, null where the document has none."""
    view = {**_blank(kind_of(record_type, document)), **document}
    view["id"] = view.pop("_id")
    if not view.keys().isdisjoint(PRIVATE):
        for name in PRIVATE:
            view.pop(name, None)
    return view


def _plain(value: object) -> object:
    if isinstance(value, Decimal128):
        value = to_decimal(value)
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    raise TypeError(f"{type(value).__name__} is not JSON")


def to_json(value: object) -> bytes:
    """The one JSON writer: Decimals as numbers, times as RFC 3339 UTC, also those that were read without a zone."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Field → before and after, for the fields that a person would say have changed."""
    return {
        name: {"before": before.get(name), "after": after.get(name)}
        for name in before.keys() | after.keys()
        if name[0] != "_" and name not in BOOKKEEPING and before.get(name) != after.get(name)
    }
