"""Filters of records in JSON mean what they mean in lists."""

from typing import Any

import orjson
import pytest
from hypothesis import given

from libs.store.documents import to_json
from libs.store.query.predicates import predicate
from libs.store.query.refusals import InvalidQuery
from tests.libs.store.query.schema import NOW
from tests.libs.store.query.test_meaning import Meant, combined, documents, single_values


@given(combined(single_values), documents)
def test_a_record_matches_exactly_where_a_list_would_find_it(meant: Meant, document: dict[str, Any]) -> None:
    record = orjson.loads(to_json(document))

    assert predicate(meant.text, now=NOW)(record) is meant.matches(document)


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("all_day", {"all_day": True}),
        ("not all_day", {"all_day": None}),
        ("estimated_value ge 1250.5", {"estimated_value": 1250.50}),
        ("close_date lt 2026-03-02", {"close_date": "2026-03-01"}),
        ("created_at ge 2026-03-01", {"created_at": "2026-03-01T00:00:00Z"}),
        ("created_at ge now() sub duration'P7D'", {"created_at": "2026-03-25T08:00:00Z"}),
        ("tolower(name) eq 'ACME'", {"name": "Acme"}),
        ("tolower(name) ne 'acme'", {"name": None}),
        ("address/city eq null", {"address": None}),
        ("address/city eq null", {"address": "Rua Nova 1"}),
        ("id eq 0192f0c1-aaaa-7bbb-8ccc-000000000001", {"id": "0192f0c1-aaaa-7bbb-8ccc-000000000001"}),
    ],
)
def test_a_record_matches(text: str, record: dict[str, Any]) -> None:
    assert predicate(text, now=NOW)(record) is True
    assert predicate(f"not ({text})", now=NOW)(record) is False


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("score eq 1", {"score": True}),
        ("score eq 1", {"score": "1"}),
        ("all_day eq true", {"all_day": 1}),
        ("name gt 'a'", {"name": 7}),
        ("created_at ge 2026-03-01", {"created_at": "soon"}),
        ("contains(name, 'a')", {"name": ["a"]}),
        ("name", {"name": "true"}),
    ],
)
def test_a_value_of_another_kind_does_not_match(text: str, record: dict[str, Any]) -> None:
    assert predicate(text, now=NOW)(record) is False


@pytest.mark.parametrize(
    "text",
    [
        "name eq",
        "'Acme' eq name",
        "name eq other",
        "name gt null",
        "all_day lt true",
        "tags/any(t: t eq 'vip')",
        "length(name) eq 4",
        "contains('a', name)",
        "contains(substring(name, 1), 'a')",
        "name eq '" + "x" * 201 + "'",
        "created_at eq 2026-02-30",
        "name in (" + ",".join(["'a'"] * 201) + ")",
        "not not not all_day",
    ],
)
def test_what_is_not_understood_is_refused_where_it_was_written(text: str) -> None:
    with pytest.raises(InvalidQuery) as refused:
        predicate(text, now=NOW, option="/filter")

    assert refused.value.errors[0].pointer == "/filter"
