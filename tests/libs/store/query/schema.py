"""A collection with a field of every kind, for the tests of the query language."""

from datetime import UTC, datetime
from typing import Final

from libs.store.query.fields import FieldKind, QueryField, QueryFields

NOW: Final = datetime(2026, 3, 31, 8, 0, tzinfo=UTC)


def _field(name: str, kind: FieldKind, *, searchable: bool = False, choices: tuple[str, ...] = ()) -> QueryField:
    return QueryField(name, kind, sortable=not kind.is_list, searchable=searchable, choices=choices)


FIELDS: Final[QueryFields] = {
    field.name: field
    for field in (
        _field("id", FieldKind.ID),
        _field("name", FieldKind.TEXT, searchable=True),
        _field("email", FieldKind.EMAIL, searchable=True),
        _field("score", FieldKind.NUMBER),
        _field("value", FieldKind.MONEY),
        _field("all_day", FieldKind.BOOLEAN),
        _field("birth_date", FieldKind.DATE),
        _field("created_at", FieldKind.DATETIME),
        _field("state", FieldKind.CHOICE, choices=("open", "won", "lost")),
        _field("owner_id", FieldKind.ID),
        _field("address/city", FieldKind.TEXT),
        _field("customer", FieldKind.REFERENCE, searchable=True),
        _field("tags", FieldKind.TEXT_LIST, searchable=True),
        _field("competitor_ids", FieldKind.ID_LIST),
        _field("channels", FieldKind.CHOICE_LIST, choices=("email", "phone_call")),
        _field("related", FieldKind.REFERENCE_LIST),
        _field("lines", FieldKind.OBJECT_LIST),
        _field("lines/product_id", FieldKind.ID),
        _field("lines/quantity", FieldKind.NUMBER),
        _field("lines/labels", FieldKind.TEXT_LIST),
        QueryField("parent", FieldKind.REFERENCE, sortable=False, searchable=False, filterable=False),
        QueryField("description", FieldKind.TEXT, sortable=False, searchable=False, filterable=False),
    )
}
