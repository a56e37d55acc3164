"""Which rows a caller reaches, as a MongoDB filter, and what a row keeps of a record for that."""

from collections.abc import Mapping
from typing import Any

from libs.domain.grants import RowFilter, ShareAccess
from libs.store.mongo import Document


def query_of(rows: RowFilter | None) -> Document:
    """The filter of records, and of rows that keep their `owner_id` and `shares`; empty where all are reached."""
    if rows is None:
        return {}
    owned: Document = {"owner_id": {"$in": sorted(rows.owners)}}
    if not rows.shared_with:
        return owned
    with_them = {"$in": sorted(rows.shared_with)}
    if rows.access is ShareAccess.READ:
        return {"$or": [owned, {"shares.principal_id": with_them}]}
    shared = {"$elemMatch": {"principal_id": with_them, "access": rows.access.value}}
    return {"$or": [owned, {"shares": shared}]}


def access_of(record: Mapping[str, Any]) -> Document:
    """What a row about a record keeps, so that `query_of` and `RowFilter` can tell who may see it."""
    return {"owner_id": record.get("owner_id"), "shares": record.get("shares") or []}


def query_of_each(rows: Mapping[str, RowFilter | None], *, told_by: str) -> Document:
    """The filter of rows about records of several kinds, which the field `told_by` tells apart."""
    if all(each is None for each in rows.values()):
        return {}
    return {"$or": [{told_by: kind, **query_of(each)} for kind, each in rows.items()]}
