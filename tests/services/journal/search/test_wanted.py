"""What a caller searches for."""

import pytest

from libs.domain.refusals import InvalidFields
from services.journal.search.entries import BY_COLLECTION
from services.journal.search.wanted import DEFAULT_TOP, LONGEST, Wanted
from services.journal.search.words import Word


def test_a_search_is_of_everything_unless_it_says_otherwise() -> None:
    wanted = Wanted.parse({"q": " Müller "})

    assert wanted == Wanted((Word("muller", 1, 7),), tuple(BY_COLLECTION), DEFAULT_TOP)


@pytest.mark.parametrize("top", ["$top", "top"])
def test_it_may_name_collections_and_how_many_it_wants(top: str) -> None:
    wanted = Wanted.parse({"q": "a", "collections": "leads, cases,leads", top: "7"})

    assert (wanted.collections, wanted.top) == (("leads", "cases"), 7)


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ({}, "q", "missing"),
        ({"q": "  "}, "q", "missing"),
        ({"q": "?!"}, "q", "missing"),
        ({"q": "x" * (LONGEST + 1)}, "q", "too_long"),
        ({"q": "a b c d e f g h i j k"}, "q", "too_long"),
        ({"q": "a", "$top": "0"}, "$top", "out_of_range"),
        ({"q": "a", "$top": "101"}, "$top", "out_of_range"),
        ({"q": "a", "$top": "x"}, "$top", "out_of_range"),
        ({"q": "a", "collections": ""}, "collections", "unknown_collection"),
        ({"q": "a", "collections": "leads,api_keys"}, "collections", "unknown_collection"),
        ({"q": "a", "$skip": "1"}, "$skip", "unknown_option"),
    ],
)
def test_what_cannot_be_searched_for_is_refused(query: dict[str, str], pointer: str, code: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        Wanted.parse(query)

    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, code)]
