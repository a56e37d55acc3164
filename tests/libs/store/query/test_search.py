"""Searching for words."""

from dataclasses import replace
from typing import Any

import pytest
from pymongo.collection import Collection

from libs.store.documents import WORDS
from libs.store.query.fields import FieldKind, QueryField
from libs.store.query.limits import MAX_SEARCH_WORDS
from libs.store.query.refusals import Fault
from libs.store.query.search import search_filter
from libs.store.wording import words_in
from tests.libs.store.query.schema import FIELDS

RECORDS = (
    {"_id": "ann", "name": "Ann Smith", "email": "ann@example.com", "tags": ["VIP"]},
    {"_id": "bob", "name": "Bob (Smith)", "email": "bob@example.com", "customer": {"name": "Acme Ltd"}},
    {"_id": "eve", "name": "Ève", "score": 5},
)

SEARCHED = [field.name for field in FIELDS.values() if field.searchable]


@pytest.fixture(scope="module")
def people(records: Collection[dict[str, Any]]) -> Collection[dict[str, Any]]:
    records.insert_many([{**record, WORDS: words_in(record, SEARCHED)} for record in RECORDS])
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
        ('"nn smith"', set()),
        ('"ann smi"', {"ann"}),
        ('"bob smith"', set()),
        ('"bob (smith"', {"bob"}),
        ("(smith)", {"ann", "bob"}),
        ("& smith", {"ann", "bob"}),
        ("smi a", {"ann", "bob"}),
        ("mith", set()),
        ("(a+)+$", {"ann", "bob"}),
        ("ève", {"eve"}),
        ("ÈVE", {"eve"}),
        ("eve", {"eve"}),
        ("5", set()),
        ("name", set()),
        ("ann.smith", set()),
        ("bob@example.com ltd", {"bob"}),
        ("a b c d e f g h i ann", set()),
        ("ann@example.com", {"ann"}),
    ],
)
def test_every_word_begins_one_somewhere(people: Collection[dict[str, Any]], text: str, expected: set[str]) -> None:
    assert {found["_id"] for found in people.find(search_filter(text, FIELDS))} == expected


def test_a_collection_without_searchable_fields_says_so() -> None:
    fields = {"score": QueryField("score", FieldKind.NUMBER, sortable=True, searchable=False)}

    with pytest.raises(Fault) as fault:
        search_filter("acme", fields)

    assert fault.value.code == "not_searchable"


@pytest.mark.parametrize("text", [".*", '"', "& -", '"…"'])
def test_where_there_is_no_word_nothing_can_be_found(text: str) -> None:
    with pytest.raises(Fault) as fault:
        search_filter(text, FIELDS)

    assert fault.value.code == "no_word"


@pytest.mark.parametrize(
    ("text", "hidden", "expected"),
    [
        ("smith", "email", {"ann", "bob"}),
        ("example", "email", set()),
        ("ann", "email", {"ann"}),
        ("ann", "name", {"ann"}),
        ("smith", "name", set()),
        ("ann@example.com", "email", set()),
        ("acme", "customer", set()),
    ],
)
def test_a_field_that_is_not_to_be_seen_finds_nothing(
    people: Collection[dict[str, Any]], text: str, hidden: str, expected: set[str]
) -> None:
    visible = {name: replace(field, apart=True) for name, field in FIELDS.items() if name != hidden}

    assert {found["_id"] for found in people.find(search_filter(text, visible))} == expected


def test_however_long_a_phrase_a_few_of_its_words_are_looked_up(people: Collection[dict[str, Any]]) -> None:
    title = " ".join(f"word{number}" for number in range(20))
    people.insert_one({"_id": "long", "name": title, WORDS: words_in({"name": title}, ["name"])})

    wanted = search_filter(f'"{title}"', FIELDS)

    assert sum(WORDS in each for each in wanted["$and"]) == MAX_SEARCH_WORDS
    assert [found["_id"] for found in people.find(wanted)] == ["long"]
