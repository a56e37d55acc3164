"""Words and numbers as they are compared."""

import string
import tracemalloc
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.domain.words import LONGEST_WORD, plain
from services.journal.search.words import Number, Word, digits_in, parts_of, terms_in, words_in

TEXTS = st.text(max_size=60)


def folded(text: str) -> list[str]:
    return [word.text for word in words_in(plain(text))]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Müller & Söhne GmbH", ["muller", "sohne", "gmbh"]),
        ("GROẞ groß", ["gross", "gross"]),
        ("Łukasz Søren Ærø", ["lukasz", "soren", "aero"]),
        ("ana.costa+crm@example.org", ["ana", "costa", "crm", "example", "org"]),
        ("O'Brien_Smith", ["o", "brien", "smith"]),
        ("Cafe\u0301", ["cafe"]),
        ("ΑΘΗΝΑ Ἀθήνα", ["αθηνα", "αθηνα"]),
        ("…", []),
    ],
)
def test_words_are_folded(text: str, words: list[str]) -> None:
    assert folded(text) == words


def test_a_word_knows_its_place_in_the_text() -> None:
    text = "Frau Müller-Groß"

    assert [text[word.start : word.end] for word in words_in(text)] == ["Frau", "Müller", "Groß"]


def test_words_that_were_folded_are_not_remembered_without_end() -> None:
    tracemalloc.start()
    try:
        for number in range(20_000):
            folded(f"word{number} süß{number}")
        remembered, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert remembered < 2 * 1024 * 1024


def test_of_an_endless_word_its_beginning_counts() -> None:
    assert folded("x" * 1000) == ["x" * LONGEST_WORD]


@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = folded(text)

    assert [again for word in once for again in folded(word)] == once


@given(TEXTS)
def test_neither_case_nor_the_way_accents_are_written_makes_a_difference(text: str) -> None:
    assert folded(unicodedata.normalize("NFD", text)) == folded(text)
    if text.upper().lower() == text.lower():
        assert folded(text.lower()) == folded(text)


@given(TEXTS)
def test_places_lie_in_the_text_one_after_the_other(text: str) -> None:
    edges = [0, *(edge for word in words_in(plain(text)) for edge in (word.start, word.end)), len(plain(text))]

    assert edges == sorted(edges)


def test_neighbouring_groups_of_digits_are_one_number() -> None:
    words = [term.text if isinstance(term, Word) else term.digits for term in terms_in("Costa 0049 (30) 123-45, 2nd")]

    assert words == ["costa", "493012345", "2nd"]


@pytest.mark.parametrize("between", [" ", "-", "/", ".", ") ", " ("])
def test_what_people_write_between_digits_does_not_count(between: str) -> None:
    [number] = terms_in(f"30{between}1234")

    assert isinstance(number, Number)
    assert (number.digits, [group.text for group in number.groups]) == ("301234", ["30", "1234"])


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("+49 (0)30 123-45", "493012345"),
        ("CAS-000123", "000123"),
        ("INV-2026-00012", "202600012"),
        ("Room 12", ""),
        ("", ""),
    ],
)
def test_a_number_has_no_more_letters_than_digits(text: str, digits: str) -> None:
    assert "".join(text[place] for place in digits_in(text)) == digits


def test_a_number_is_found_by_each_of_its_ends() -> None:
    assert list(parts_of("+1 2345")) == ["12345", "2345", "345"]


@given(st.text(string.digits, min_size=3, max_size=15), st.data())
def test_every_part_of_a_number_begins_one_of_its_ends(number: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(number) - 3))
    end = data.draw(st.integers(start + 3, len(number)))

    assert any(part.startswith(number[start:end]) for part in parts_of(number))
