"""Searching for words."""

from typing import Any

import pytest
from pymongo.collection import Collection

from libs.store.query.fields import FieldKind, QueryField
from libs.store.query.refusals import Fault
from libs.store.query.search import search_filter
from tests.libs.store.query.schema import FIELDS

RECORDS = (
    {"_id": "ann", "name": "Ann Smith", "email": "ann@example.com", "tags": ["VIP"]},
    {"_id": "bob", "name": "Bob (Smith)", "email": "bob@example.com", "customer": {"name": "Acme Ltd"}},
    {"_id": "eve", "name": "Ève", "score": 5},
)


@pytest.fixture(scope="module")
def people(records: Collection[dict[str, Any]]) -> Collection[dict[str, Any]]:
    records.insert_many([dict(record) for record in RECORDS])
    return records


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("smith", {"ann", "bob"}),
        ("SMITH ann", {"ann"}),
        ("example.com smith", {"ann", "bob"}),
        ("ANN@EXAMPLE", {"ann"}),
        ("vip", {"ann"}),
        ("acme", {"bob"}),
        ('"ann smith"', {"ann"}),
        ('"smith ann"', set()),
        ("(smith)", {"bob"}),
        (".*", set()),
        ("(a+)+$", set()),
        ("ève", {"eve"}),
        ("ÈVE", {"eve"}),
        ("5", set()),
        ('"', {"ann", "bob", "eve"}),
    ],
)
def test_every_word_occurs_somewhere(people: Collection[dict[str, Any]], text: str, expected: set[str]) -> None:
    assert {found["_id"] for found in people.find(search_filter(text, FIELDS))} == expected


def test_a_collection_without_searchable_fields_says_so() -> None:
    fields = {"score": QueryField("score", FieldKind.NUMBER, sortable=True, searchable=False)}

    with pytest.raises(Fault) as fault:
        search_filter("acme", fields)

    assert fault.value.code == "not_searchable"
