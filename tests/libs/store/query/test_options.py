"""The options of a list request as a whole."""

from collections.abc import Sequence

import pytest

from libs.store.query.options import ListQuery, parse_list_query
from libs.store.query.refusals import InvalidQuery
from tests.libs.store.query.schema import FIELDS, NOW


def parsed(*params: tuple[str, str], also: Sequence[str] = ()) -> ListQuery:
    return parse_list_query(params, FIELDS, now=NOW, also=also)


def refused(*params: tuple[str, str]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidQuery) as refusal:
        parsed(*params)
    return [(error.pointer, error.code) for error in refusal.value.errors]


def test_without_options_it_is_the_first_page_of_all() -> None:
    query = parsed()

    assert query == ListQuery(
        filter={},
        sort=[("_id", 1)],
        select=None,
        expand=(),
        projection=None,
        top=50,
        skip=0,
        count=False,
        search=None,
    )
    assert query.limit == 51


@pytest.mark.parametrize("dollar", ["$", ""])
def test_every_option_is_understood_with_and_without_its_dollar(dollar: str) -> None:
    query = parsed(
        (f"{dollar}filter", "score gt 5"),
        (f"{dollar}orderby", "name"),
        (f"{dollar}select", "name,customer/id"),
        (f"{dollar}top", "10"),
        (f"{dollar}skip", "20"),
        (f"{dollar}count", "true"),
        (f"{dollar}search", "acme"),
    )

    assert query.filter["$and"][0] == {"score": {"$gt": 5}}
    assert "acme" in str(query.filter["$and"][1])
    assert query.sort == [("name", 1), ("_id", 1)]
    assert (query.select, query.projection) == (("name", "customer/id"), ("name", "customer.id"))
    assert (query.top, query.skip, query.count, query.search) == (10, 20, True, "acme")


def test_an_option_without_text_counts_as_absent() -> None:
    assert parsed(("$search", " "), ("$filter", "")) == parsed()


@pytest.mark.parametrize(("top", "limit"), [("0", 1), ("1", 2), ("1000", 1001)])
def test_the_limit_is_one_more_than_the_page_and_never_boundless(top: str, limit: int) -> None:
    assert parsed(("$top", top)).limit == limit


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("$top", "1001", "out_of_range"),
        ("$top", "1e9", "wrong_type"),
        ("$top", "-1", "wrong_type"),
        ("$top", "٣", "wrong_type"),
        ("$top", "9" * 5000, "wrong_type"),
        ("$skip", "100001", "out_of_range"),
        ("$skip", "x", "wrong_type"),
        ("$count", "yes", "wrong_type"),
        ("$expand", "customer", "unknown_field"),
        ("$where", "1", "unknown_option"),
        ("$filter", "x" * 20_000, "too_long"),
        ("$search", "x" * 201, "too_long"),
        ("$search", "a b c d e f g h i j k", "too_complex"),
        ("$search", "\0", "unreadable"),
        ("$select", "nickname", "unknown_field"),
        ("$select", "name,,email", "unknown_field"),
        ("$select", "name,name", "duplicate"),
        ("$select", ",".join(["name"] * 101), "too_complex"),
        ("$orderby", "nickname", "unknown_field"),
        ("$orderby", "tags", "field_not_allowed"),
        ("$orderby", "name down", "unreadable"),
        ("$orderby", "name desc nulls", "unreadable"),
        ("$orderby", "name,", "unreadable"),
        ("$orderby", "name,name desc", "duplicate"),
        ("$orderby", ",".join(["name"] * 9), "too_complex"),
    ],
)
def test_a_wrong_option_is_refused_by_name(name: str, value: str, code: str) -> None:
    assert refused((name, value)) == [(name, code)]


def test_too_large_a_page_is_refused_with_the_limit() -> None:
    with pytest.raises(InvalidQuery, match="at most 1000"):
        parsed(("$top", "1000000000"))


def test_an_option_given_twice_is_refused_in_either_spelling() -> None:
    assert refused(("$top", "1"), ("$top", "2")) == [("$top", "duplicate")]
    assert refused(("$top", "1"), ("top", "1")) == [("$top", "duplicate")]


def test_a_misspelt_parameter_is_refused_rather_than_ignored() -> None:
    assert refused(("fitler", "name eq 'a'")) == [("fitler", "unknown_option")]


def test_parameters_of_the_route_are_left_to_it() -> None:
    assert parsed(("as_of", "2026-01-01"), also=("as_of",)) == parsed()


def test_everything_that_is_wrong_is_said_at_once() -> None:
    errors = refused(("$filter", "nickname eq 1"), ("$orderby", "tags"), ("$top", "x"))

    assert errors == [("$filter", "unknown_field"), ("$orderby", "field_not_allowed"), ("$top", "wrong_type")]


def test_a_flood_of_wrong_options_gets_a_short_answer() -> None:
    assert len(refused(*((f"x{number}", "") for number in range(1000)))) == 10


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("name", [("name", 1), ("_id", 1)]),
        ("name asc", [("name", 1), ("_id", 1)]),
        ("created_at desc", [("created_at", -1), ("_id", -1)]),
        ("state, created_at  desc", [("state", 1), ("created_at", -1), ("_id", -1)]),
        ("customer/name", [("customer.name", 1), ("_id", 1)]),
        ("id desc", [("_id", -1)]),
    ],
)
def test_an_order_ends_in_the_id(text: str, sort: list[tuple[str, int]]) -> None:
    assert parsed(("$orderby", text)).sort == sort
