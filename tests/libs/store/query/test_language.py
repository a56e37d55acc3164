"""The bounds of a filter: what is too much is refused before it is parsed or walked."""

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odata_query.exceptions import ODataException

from libs.store.query import language
from libs.store.query.filters import compile_filter
from libs.store.query.limits import MAX_CONDITIONS, MAX_DEPTH, MAX_OPTION_LENGTH, MAX_TOKENS
from libs.store.query.refusals import Fault, InvalidQuery
from tests.libs.store.query.schema import FIELDS, NOW

HOSTILE = {
    "conditions": " or ".join(["all_day"] * (MAX_CONDITIONS + 1)),
    "brackets": "(" * MAX_OPTION_LENGTH,
    "closed brackets": "(" * 900 + "all_day" + ")" * 900,
    "not": "not " * 1500 + "all_day",
    "not in brackets": "not(" * 600 + "all_day" + ")" * 600,
    "or in brackets": "(all_day or " * 90 + "all_day" + ")" * 90,
    "path": "customer/" * 900 + "id eq 'x'",
    "path to any": "a/b/c/any(x: x eq 1)",
    "sums": "score eq 1" + " add 1" * 2500,
    "minus signs": "score eq " + "-" * 16_000,
    "calls": "tolower(" * 2000,
    "lambdas": "tags/any(t: " * 1000,
    "open quote": "name eq '" + "''" * 8000,
    "quotes": "'" * MAX_OPTION_LENGTH,
    "spaces": "name" + " " * 16_000 + "x",
    "digits": "score eq " + "1" * 16_000,
    "fraction": "score eq 1." + "1" * 16_000,
    "duration": f"created_at eq now() sub duration'P{'1' * 16_000}D'",
    "items": "id in ('x'" + ",'x'" * 3900 + ")",
    "long name": "a" * MAX_OPTION_LENGTH,
    "dots": "a." * 8000,
    "commas": "," * MAX_OPTION_LENGTH,
    "named parameters": "f(a=1,b=2,c=3) eq 1",
    "too long": "a" * (MAX_OPTION_LENGTH + 1),
}

WORDS = [
    *("name", "email", "score", "value", "all_day", "birth_date", "created_at", "state", "id", "nickname"),
    *("customer", "customer/id", "tags", "related", "lines", "tags/any(t:", "t", "t/", "any(", "all("),
    *(
        "and",
        "or",
        "not",
        "eq",
        "ne",
        "gt",
        "in",
        "add",
        "sub",
        "mul",
        "tolower(",
        "contains(",
        "now()",
        "a=1",
    ),
    *("/", ":", "(", ")", ",", "=", "$", ".", "-", "{", "'a'", "'b''''", "5", "-5", "1e9", "null", "true"),
    *("2026-01-01", "2026-02-30", "2026-01-01T00:00:00Z", "duration'P1D'", "geography'x'"),
]


@contextmanager
def few_frames(frames: int) -> Iterator[None]:
    """Calls may nest only so much deeper than here."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + frames)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_filter_is_refused(text: str) -> None:
    with few_frames(200), pytest.raises(InvalidQuery):
        compile_filter(text, FIELDS, now=NOW)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_more_than_the_bound_is_read(text: str) -> None:
    read = 0

    def reading() -> Iterator[language.Token]:
        nonlocal read
        for token in language._Lexer().tokenize(text):
            read += 1
            yield token

    with suppress(Fault, ODataException):
        list(language._Bounds().within(reading()))

    assert read <= MAX_TOKENS + 1


def test_the_deepest_filter_allowed_needs_few_frames() -> None:
    brackets = "not not(all_day or (score eq 1 and " * (MAX_DEPTH // 2)
    text = f"{brackets}all_day{'))' * (MAX_DEPTH // 2)}"

    with few_frames(300):
        assert compile_filter(text, FIELDS, now=NOW).keys() == {"$nor"}


def test_the_widest_filter_allowed_needs_few_frames() -> None:
    text = " and ".join(["all_day"] * MAX_CONDITIONS)

    with few_frames(200):
        assert len(compile_filter(text, FIELDS, now=NOW)["$and"]) == MAX_CONDITIONS


@given(st.lists(st.sampled_from(WORDS), max_size=14), st.sampled_from([" ", ""]))
def test_whatever_is_written_either_compiles_or_is_refused(words: list[str], between: str) -> None:
    with suppress(InvalidQuery):
        assert compile_filter(between.join(words), FIELDS, now=NOW)


@given(st.text(max_size=60))
def test_any_text_either_compiles_or_is_refused(text: str) -> None:
    with suppress(InvalidQuery):
        assert compile_filter(text, FIELDS, now=NOW)


def test_a_filter_read_before_is_not_read_again() -> None:
    text = "name eq 'Acme' and score gt 5"

    assert language.parse(text) is language.parse(text)


def test_a_long_filter_is_not_kept() -> None:
    text = " or ".join(["name eq 'Acme'"] * 50)

    assert language.parse(text) is not language.parse(text)
