"""The way from one page to the next."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st
from pymongo.collection import Collection

from libs.store.query.options import parse_list_query
from libs.store.query.paging import next_link
from tests.libs.store.query.schema import FIELDS, NOW


def link_after(*params: tuple[str, str], has_more: bool = True) -> str | None:
    query = parse_list_query(params, FIELDS, now=NOW)
    return next_link("/api/v1/leads", params, query, has_more=has_more)


def test_the_last_page_has_no_next() -> None:
    assert link_after(("$top", "10"), has_more=False) is None


def test_a_page_without_records_has_no_next() -> None:
    assert link_after(("$top", "0")) is None


def test_the_next_page_begins_where_this_one_ends() -> None:
    assert link_after() == "/api/v1/leads?$skip=50"
    assert link_after(("$skip", "50"), ("$top", "10")) == "/api/v1/leads?$top=10&$skip=60"
    assert link_after(("top", "10"), ("skip", "5")) == "/api/v1/leads?top=10&$skip=15"


@given(st.text(st.characters(exclude_categories=["C"]), max_size=20))
def test_the_other_options_are_kept_whatever_they_hold(term: str) -> None:
    quoted = term.replace("'", "''")
    params = [("$filter", f"name eq '{quoted}'"), ("$orderby", "name desc"), ("$count", "true")]

    link = link_after(*params)

    assert link is not None
    assert parse_qsl(urlsplit(link).query) == [*params, ("$skip", "50")]


def test_following_the_links_meets_every_record_once(records: Collection[dict[str, Any]]) -> None:
    records.insert_many({"_id": f"{number:03}", "score": number % 3} for number in range(47))
    params: list[tuple[str, str]] = [("$orderby", "score desc"), ("$top", "10")]
    met: list[str] = []
    link: str | None = "first"

    while link is not None:
        query = parse_list_query(params, FIELDS, now=NOW)
        page = list(records.find(query.filter).sort(query.sort).skip(query.skip).limit(query.limit))
        met += [record["_id"] for record in page[: query.top]]
        link = next_link("/", params, query, has_more=len(page) > query.top)
        params = parse_qsl(urlsplit(link or "").query)

    assert sorted(met) == [f"{number:03}" for number in range(47)]
    assert met == sorted(met, key=lambda id_: (-(int(id_) % 3), -int(id_)))
