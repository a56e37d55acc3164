"""What was found as callers see it."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.domain.words import plain
from services.journal.search.hits import LONGEST, Piece, highlighted, hit_of
from services.journal.search.index import Found
from services.journal.search.words import terms_in
from tests.services.journal.search.making import entry, find, index_of

LEAD = Found(
    "leads", "lead-1", 0.8, {"full_name": "Ana Costa", "company_name": "Costa & Filhos", "email": "ana@example.org"}
)


def marked(text: str, wanted: str) -> str:
    """The text with what matched between brackets."""
    pieces = highlighted(plain(text), terms_in(plain(wanted)))
    return "".join(f"[{piece.text}]" if piece.matched else piece.text for piece in pieces)


def test_a_hit_is_called_by_its_first_title_and_the_rest_stands_beneath() -> None:
    hit = hit_of(LEAD, terms_in("costa"), frozenset())

    assert (hit.collection, hit.id, hit.score) == ("leads", "lead-1", 0.8)
    assert (hit.title, hit.subtitle) == ("Ana Costa", "Costa & Filhos · ana@example.org")
    assert hit.highlights == {
        "full_name": [Piece(text="Ana ", matched=False), Piece(text="Costa", matched=True)],
        "company_name": [Piece(text="Costa", matched=True), Piece(text=" & Filhos", matched=False)],
    }


def test_hidden_fields_are_neither_shown_nor_highlighted() -> None:
    hit = hit_of(LEAD, terms_in("costa ana"), frozenset({"full_name", "email"}))

    assert (hit.title, hit.subtitle, list(hit.highlights)) == ("Costa & Filhos", "", ["company_name"])


def test_a_hit_of_which_nothing_may_be_shown_is_called_by_its_id() -> None:
    assert hit_of(LEAD, terms_in("costa"), frozenset(LEAD.texts)).title == "lead-1"


@pytest.mark.parametrize(
    ("text", "wanted", "shown"),
    [
        ("Anna Müller", "muller", "Anna [Müller]"),
        ("Anna Müller", "mulelr an", "[Anna] [Müller]"),
        ("Christopher", "christpohe", "[Christopher]"),
        ("+49 (0)30 1234567", "301234", "+49 (0)[30 1234]567"),
        ("CAS-000123", "123", "CAS-000[123]"),
        ("Cafe\u0301 Nero", "café", "[Café] Nero"),
        ("Anna", "otto", ""),
    ],
)
def test_what_matched_is_told_apart(text: str, wanted: str, shown: str) -> None:
    assert marked(text, wanted) == shown


def test_of_a_long_text_the_part_is_shown_that_matched() -> None:
    shown = marked(f"{'bla ' * 300} costa {'bla ' * 300}", "costa")

    assert "[costa]" in shown
    assert len(shown) == LONGEST + 2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(string.ascii_lowercase + "äöß", min_size=1, max_size=9), min_size=1, max_size=4),
    st.text("abcdeäß ", min_size=1, max_size=12),
)
def test_whatever_is_found_shows_why_and_shows_all_of_it(words: list[str], wanted: str) -> None:
    text = " ".join(words)
    terms = terms_in(plain(wanted))
    found = find(index_of(entry("it", text)), wanted).best if terms else []
    pieces = highlighted(text, terms)

    assert bool(found) <= any(piece.matched for piece in pieces)
    assert "".join(piece.text for piece in pieces) in (text, "")
