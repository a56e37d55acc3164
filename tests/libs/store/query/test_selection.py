"""The fields that a list is asked for."""

from typing import Any

import pytest
from pymongo.collection import Collection

from libs.store.query.selection import projection_of, selection_of, trimmed
from tests.libs.store.query.schema import FIELDS

RECORD = {
    "id": "1",
    "name": "Acme",
    "score": 5,
    "customer": {"collection": "accounts", "id": "a", "name": "Acme"},
    "lines": [{"product_id": "p", "quantity": 1}, {"product_id": "q", "quantity": 2}],
    "address": None,
}


def test_a_star_is_everything() -> None:
    assert selection_of("*", FIELDS) is None
    assert projection_of(None, FIELDS) is None


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("name",), {"id": "1", "name": "Acme"}),
        (("id", "score"), {"id": "1", "score": 5}),
        (("customer/id",), {"id": "1", "customer": {"id": "a"}}),
        (("customer/id", "customer/name"), {"id": "1", "customer": {"id": "a", "name": "Acme"}}),
        (("customer/id", "customer"), {"id": "1", "customer": RECORD["customer"]}),
        (("lines/product_id",), {"id": "1", "lines": [{"product_id": "p"}, {"product_id": "q"}]}),
        (("address/city",), {"id": "1", "address": None}),
        (("email",), {"id": "1", "email": None}),
    ],
)
def test_a_view_keeps_its_id_and_what_was_asked_for(names: tuple[str, ...], expected: dict[str, Any]) -> None:
    assert trimmed([RECORD], names) == [expected]


def test_mongodb_takes_a_field_asked_for_beside_a_part_of_it(records: Collection[dict[str, Any]]) -> None:
    records.insert_one({"_id": "1", "customer": {"id": "a", "name": "Acme"}, "score": 5})
    names = selection_of("customer/id, customer", FIELDS)

    found = records.find_one({"_id": "1"}, list(projection_of(names, FIELDS) or ()))

    assert found == {"_id": "1", "customer": {"id": "a", "name": "Acme"}}
