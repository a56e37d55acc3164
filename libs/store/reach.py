"""Which rows a caller reaches, as a MongoDB filter."""

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
