"""What a caller may find: of which collections, whose records, and by which of their fields."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from libs.domain.grants import Grants, Operation, RowFilter, hidden_fields, may, row_filter
from services.journal.search.entries import BY_COLLECTION, owned_by, shared_with


@dataclass(frozen=True, slots=True)
class Sight:
    """Some collections of which a caller sees the records with one of the terms `access`, or all where that is None.

    With `titles_only`, words beyond the title count for nothing.
    """

    collections: tuple[str, ...]
    access: frozenset[str] | None
    titles_only: bool


def sights_of(grants: Grants, collections: Iterable[str]) -> list[Sight]:
    """What the caller may find in these collections.

    A field that is hidden from the caller must not help to find a record. Since the index tells titles from the rest
    but not one field from another, records with a hidden field are found by their titles alone, and not at all where
    a title is hidden.
    """
    alike: defaultdict[tuple[frozenset[str] | None, bool], list[str]] = defaultdict(list)
    for collection in collections:
        searchable, hidden = BY_COLLECTION[collection], hidden_fields(grants, collection)
        if may(grants, collection, Operation.READ) and hidden.isdisjoint(searchable.title):
            access = _access(row_filter(grants, collection, Operation.READ))
            alike[access, not hidden.isdisjoint(searchable.fields)].append(collection)
    return [Sight(tuple(names), access, titles_only) for (access, titles_only), names in alike.items()]


def _access(rows: RowFilter | None) -> frozenset[str] | None:
    if rows is None:
        return None
    return frozenset(map(owned_by, rows.owners)) | frozenset(map(shared_with, rows.shared_with))
