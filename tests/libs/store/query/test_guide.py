"""The examples of the guide hold."""

import re
from pathlib import Path

import pytest

from libs.store.query.filters import compile_filter
from libs.store.query.limits import (
    DEFAULT_TOP,
    MAX_CONDITIONS,
    MAX_DEPTH,
    MAX_LIST_ITEMS,
    MAX_SEARCH_WORDS,
    MAX_SELECTED,
    MAX_SKIP,
    MAX_SORT_KEYS,
    MAX_TERM_LENGTH,
    MAX_TOP,
)
from tests.libs.store.query.schema import FIELDS, NOW

GUIDE = (Path(__file__).parents[4] / "docs" / "guides" / "queries.md").read_text(encoding="utf-8")
EXAMPLES = [line for block in re.findall(r"```odata\n(.*?)```", GUIDE, re.DOTALL) for line in block.splitlines()]


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_compiles(text: str) -> None:
    assert compile_filter(text, FIELDS, now=NOW)


@pytest.mark.parametrize(
    ("option", "bounds"),
    [
        ("$filter", [MAX_CONDITIONS, MAX_LIST_ITEMS, MAX_DEPTH, MAX_TERM_LENGTH]),
        ("$search", [MAX_TERM_LENGTH, MAX_SEARCH_WORDS]),
        ("$orderby", [MAX_SORT_KEYS]),
        ("$select", [MAX_SELECTED]),
        ("$top", [DEFAULT_TOP, MAX_TOP]),
        ("$skip", [MAX_SKIP]),
    ],
)
def test_the_bounds_are_those_of_the_code(option: str, bounds: list[int]) -> None:
    (row,) = [line for line in GUIDE.splitlines() if line.startswith(f"| `{option}`")]

    assert set(map(str, bounds)) <= set(re.findall(r"\d+", row.rpartition(" | ")[2] or row))
