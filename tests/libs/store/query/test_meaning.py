"""Filters mean on MongoDB what they mean in plain Python, over generated filters and records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.libs.store.query.conftest import Found

Record = Mapping[str, Any]

ORDERED = {"gt": gt, "ge": ge, "lt": lt, "le": le}
EQUAL = {"eq": eq, "ne": ne}
TEXT = {"contains": str.__contains__, "startswith": str.startswith, "endswith": str.endswith}

# Few letters, so that conditions often hold; signs that mean something to regular expressions or to quoting.
words = st.text(st.sampled_from("abAB.*+?^$()[]{}|\\' -\n\u00e9\u00c9"), max_size=4)
numbers = st.integers(-3, 3) | st.sampled_from([0.5, -0.5, 2.5])
amounts = st.decimals(-3, 3, places=1)
days = st.dates(datetime(2026, 2, 27, tzinfo=UTC).date(), datetime(2026, 3, 2, tzinfo=UTC).date())
moments = st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 2), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(minute=0, second=0, microsecond=0)
)
states = st.sampled_from(["open", "won", "lost"])


@dataclass(frozen=True)
class Meant:
    """A filter as text, and what it means."""

    text: str
    matches: Callable[[Record], bool]

    def __repr__(self) -> str:
        return self.text


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def written(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return quoted(value)
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return str(value)


def fetched(record: Record, name: str) -> Any:
    value: Any = record
    for segment in name.split("/"):
        value = None if value is None else value.get(segment)
    return value


def compared(name: str, operator: str, literal: str, value: Any) -> Meant:
    def matches(record: Record) -> bool:
        found = fetched(record, name)
        if operator in EQUAL:
            return bool(EQUAL[operator](found, value))
        return found is not None and bool(ORDERED[operator](found, value))

    return Meant(f"{name} {operator} {literal}", matches)


@st.composite
def comparisons(draw: st.DrawFn, name: str, values: st.SearchStrategy[Any], *, ordered: bool = True) -> Meant:
    operator = draw(st.sampled_from([*EQUAL, *(ORDERED if ordered else ())]))
    value = draw(values if operator in ORDERED else values | st.none())
    return compared(name, operator, written(value), value.isoformat() if type(value) is date else value)


@st.composite
def memberships(draw: st.DrawFn, name: str, values: st.SearchStrategy[Any]) -> Meant:
    chosen = draw(st.lists(values | st.none(), min_size=1, max_size=3))
    text = f"{name} in ({', '.join(map(written, chosen))})"
    return Meant(text, lambda record: fetched(record, name) in chosen)


@st.composite
def text_tests(draw: st.DrawFn, name: str) -> Meant:
    function, term, fold = draw(st.sampled_from(sorted(TEXT))), draw(words), draw(st.booleans())
    holds = TEXT[function]

    def matches(record: Record) -> bool:
        value = fetched(record, name)
        if value is None:
            return False
        return bool(holds(value.lower(), term.lower()) if fold else holds(value, term))

    return Meant(f"{function}({f'tolower({name})' if fold else name}, {quoted(term)})", matches)


@st.composite
def over_tags(draw: st.DrawFn) -> Meant:
    quantifier, holds = draw(st.sampled_from([("any", any), ("all", all)]))
    inner = draw(comparisons("t", words) | memberships("t", words) | text_tests("t"))
    text = f"tags/{quantifier}(t: {inner.text})"
    return Meant(text, lambda record: holds(inner.matches({"t": tag}) for tag in record.get("tags") or ()))


@st.composite
def over_lines(draw: st.DrawFn) -> Meant:
    quantifier, holds = draw(st.sampled_from([("any", any), ("all", all)]))
    inner = draw(combined(comparisons("l/quantity", numbers) | memberships("l/product_id", words)))
    text = f"lines/{quantifier}(l: {inner.text})"
    return Meant(text, lambda record: holds(inner.matches({"l": line}) for line in record.get("lines") or ()))


def combined(leaves: st.SearchStrategy[Meant]) -> st.SearchStrategy[Meant]:
    def extended(parts: st.SearchStrategy[Meant]) -> st.SearchStrategy[Meant]:
        return st.one_of(
            parts.map(lambda part: Meant(f"not ({part.text})", lambda record: not part.matches(record))),
            st.tuples(parts, parts).map(
                lambda both: Meant(
                    f"({both[0].text}) and ({both[1].text})",
                    lambda record: both[0].matches(record) and both[1].matches(record),
                )
            ),
            st.tuples(parts, parts).map(
                lambda both: Meant(
                    f"({both[0].text}) or ({both[1].text})",
                    lambda record: both[0].matches(record) or both[1].matches(record),
                )
            ),
        )

    return st.recursive(leaves, extended, max_leaves=6)


single_values = st.one_of(
    comparisons("name", words),
    text_tests("name"),
    memberships("name", words),
    comparisons("score", numbers),
    comparisons("value", amounts),
    comparisons("all_day", st.booleans(), ordered=False),
    comparisons("birth_date", days),
    comparisons("created_at", moments),
    comparisons("state", states, ordered=False),
    memberships("state", states),
    comparisons("customer/id", words),
    text_tests("address/city"),
)
filters = combined(st.one_of(single_values, over_tags(), over_lines()))

lines = st.fixed_dictionaries({}, optional={"product_id": words | st.none(), "quantity": numbers | st.none()})
documents = st.fixed_dictionaries(
    {},
    optional={
        "name": words | st.none(),
        "score": numbers | st.none(),
        "value": amounts | st.none(),
        "all_day": st.booleans() | st.none(),
        "birth_date": days.map(lambda day: day.isoformat()) | st.none(),
        "created_at": moments | st.none(),
        "state": states | st.none(),
        "customer": st.fixed_dictionaries({"id": words, "collection": st.just("accounts")}) | st.none(),
        "address": st.fixed_dictionaries({}, optional={"city": words}) | st.none(),
        "tags": st.lists(words, max_size=3) | st.none(),
        "lines": st.lists(lines, max_size=3) | st.none(),
    },
)
collections = st.lists(documents, min_size=1, max_size=8).map(
    lambda made: [{"_id": str(number), **document} for number, document in enumerate(made)]
)

real_database = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@real_database
@given(filters, collections)
def test_a_filter_finds_exactly_the_records_it_describes(
    found: Found, meant: Meant, documents: list[dict[str, Any]]
) -> None:
    expected = {document["_id"] for document in documents if meant.matches(document)}

    assert found(meant.text, documents) == expected


@real_database
@given(filters, collections)
def test_a_record_matches_a_filter_or_its_complement(
    found: Found, meant: Meant, documents: list[dict[str, Any]]
) -> None:
    everything = {document["_id"] for document in documents}

    assert found(f"not ({meant.text})", documents) == everything - found(meant.text, documents)


def test_amounts_keep_every_digit(found: Found) -> None:
    documents = [{"_id": "a", "value": Decimal("0.1")}, {"_id": "b", "value": Decimal("0.10000000000001")}]

    assert found("value eq 0.1", documents) == {"a"}
    assert found("value gt 0.1", documents) == {"b"}
