"""Which columns records have."""

from libs.domain.custom_fields import CustomFields, FieldTerms, FieldType
from libs.tables.cells import row_of
from libs.tables.columns import columns_of, selected
from tests.libs.tables.records import FULL, Guest


def titles(*names: str) -> list[str]:
    return [column.title for column in selected(Guest, names)]


def test_every_field_has_a_column_and_every_part_of_what_has_parts() -> None:
    every = [column.title for column in columns_of(Guest)]

    assert every[:2] == ["id", "version"]
    assert {"last_name", "sizes", "host.collection", "host.id", "host.name", "address.city"} <= set(every)
    assert not {"host", "address", "custom"} & set(every)


def test_every_custom_field_has_a_column_and_a_selection_may_name_one() -> None:
    terms = [FieldTerms("room", FieldType.INTEGER, "Room"), FieldTerms("guide", FieldType.REFERENCE, "Guide")]
    custom = CustomFields.of(terms, collection="guests")

    every = [column.title for column in columns_of(Guest, custom.model)]

    assert [title for title in every if title.startswith("custom")] == [
        "custom.guide.collection",
        "custom.guide.id",
        "custom.guide.name",
        "custom.room",
    ]
    [_, room] = selected(Guest, ["custom/room"], custom)
    assert (room.title, room.value(FULL)) == ("custom.room", 4)


def test_a_selection_keeps_its_order_behind_the_id() -> None:
    assert titles("size", "host/name", "last_name") == ["id", "size", "host.name", "last_name"]


def test_a_field_with_parts_brings_all_of_them_once() -> None:
    assert titles("host/id", "host", "id") == ["id", "host.id", "host.collection", "host.name"]


def test_what_a_record_does_not_have_is_an_empty_cell() -> None:
    row = dict(zip(titles("email", "address"), row_of(selected(Guest, ["email", "address"]), FULL), strict=True))

    assert (row["email"], row["address.line1"], row["address.city"]) == (None, None, "Lisboa")
