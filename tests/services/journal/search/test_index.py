"""What is found by what, and in which order."""

import string
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.journal.search.entries import owned_by, shared_with
from services.journal.search.index import SearchIndex
from services.journal.search.sight import Sight
from tests.services.journal.search.making import entry, find, ids, index_of

HOUR = 3600


@cache
def people() -> SearchIndex:
    return index_of(
        entry("anna", "Anna Müller", email="anna.m@example.org", phone="+49 (0)30 1234567"),
        entry("annabel", "Annabel Schröder", email="annabel@example.com"),
        entry("hanna", "Hanna Kowalczyk"),
        entry("jose", "José García Fernández", phone="+351 911 200 300"),
        entry("case", "Printer on fire", collection="cases", number="CAS-000123", customer="Müller Logistik"),
        entry("lead", "Christopher Lindqvist", collection="leads", description="met Anna in spring"),
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("müller", ["anna", "case"]),
        ("MULLER", ["anna", "case"]),
        ("Muller anna", ["anna"]),
        ("garcia", ["jose"]),
        ("anna.m@example.org", ["anna"]),
        ("annabel@exam", ["annabel"]),
        ("1234567", ["anna"]),
        ("0049 30 123", ["anna"]),
        ("030 1234567", ["anna"]),
        ("+49 (0)30 1234", ["anna"]),
        ("911200", ["jose"]),
        ("1 200", ["jose"]),
        ("cas-000123", ["case"]),
        ("123 printer", ["case"]),
        ("printer 123", ["case"]),
        ("nobody", []),
        ("anna nobody", []),
    ],
)
def test_records_are_found_by_parts_of_what_they_say(text: str, found: list[str]) -> None:
    assert ids(people(), text) == found


@pytest.mark.parametrize("text", ["Christpher", "Cristopher", "Christohper", "Chrjstopher", "Kristopher", "Christop"])
def test_a_long_word_may_have_two_letters_amiss(text: str) -> None:
    assert ids(people(), text) == ["lead"]


@pytest.mark.parametrize("text", ["Kristofer", "Xhrispother"])
def test_three_letters_amiss_are_too_many(text: str) -> None:
    assert ids(people(), text) == []


@pytest.mark.parametrize("text", ["fier", "fird", "ffire", "fie"])
def test_a_word_of_four_letters_may_have_one_amiss_and_a_shorter_one_none(text: str) -> None:
    assert ids(people(), text) == (["case"] if len(text) >= 4 else [])


def test_only_the_last_word_may_go_on() -> None:
    assert ids(people(), "fernández jos") == ["jose"]
    assert ids(people(), "jos fernández") == []


def test_the_last_word_may_have_a_letter_amiss_and_go_on() -> None:
    assert ids(people(), "christpohe") == ["lead"]
    assert ids(people(), "kovalczy") == ["hanna"]


def test_exact_comes_before_beginning_before_amiss_and_titles_before_the_rest() -> None:
    result = find(people(), "anna")

    assert [found.id for found in result.best] == ["anna", "lead", "annabel", "hanna"]
    assert [found.score for found in result.best] == [1.0, 0.8, 0.6, 0.3]


def test_of_equally_good_ones_the_newest_comes_first() -> None:
    later = 1_790_000_000 + 10 * 365 * 24 * HOUR
    index = index_of(*(entry(f"{day}", "Ana Costa", at=later - day * 24 * HOUR) for day in (5, 3, 9, 1, 7)))

    assert ids(index, "costa", top=3) == ["1", "3", "5"]


def test_the_newest_to_the_second_come_first_among_those_of_one_day() -> None:
    index = index_of(*(entry(f"{second}", "Ana Costa", at=1_790_000_000 - second) for second in (5, 3, 9, 1, 7)))

    assert ids(index, "costa", top=3) == ["1", "3", "5"]


def test_however_new_a_record_is_a_better_one_comes_first() -> None:
    index = index_of(entry("old", "Costa", at=0), entry("new", "Ana", at=2**33, email="costa@example.org"))

    assert ids(index, "costa") == ["old", "new"]


def test_counts_are_of_everything_that_is_found() -> None:
    contacts = [entry(f"c{number}", "Ana Costa") for number in range(30)]
    index = index_of(*contacts, entry("l1", "Costa", collection="leads"), entry("l2", "Rui", collection="leads"))

    result = find(index, "costa", top=5)

    assert len(result.best) == 5
    assert result.counts == {"contacts": 30, "leads": 1}


def test_only_what_is_seen_is_found_and_counted() -> None:
    index = index_of(
        entry("mine", "Ana Costa", access=[owned_by("me")]),
        entry("shared", "Rui Costa", access=[owned_by("you"), shared_with("me")]),
        entry("yours", "Eva Costa", access=[owned_by("you")]),
        entry("nobodys", "Ivo Costa"),
        entry("case", "Costa", collection="cases", access=[owned_by("you")]),
        entry("lead", "Costa", collection="leads", access=[owned_by("me")]),
    )
    mine = frozenset([owned_by("me"), shared_with("me")])
    sights = [Sight(("contacts",), mine, titles_only=False), Sight(("cases",), None, titles_only=False)]

    result = find(index, "costa", sights=sights)

    assert {found.id for found in result.best} == {"mine", "shared", "case"}
    assert result.counts == {"contacts": 2, "cases": 1}
    assert find(index, "costa", sights=[]).counts == {}
    assert find(index, "costa", sights=[Sight(("contacts",), frozenset(), titles_only=False)]).best == []


def test_with_titles_only_nothing_else_helps_to_find_a_record() -> None:
    index = index_of(entry("ana", "Ana Costa", email="secret@example.org", phone="+351 912 345 678"))
    sights = [Sight(("contacts",), None, titles_only=True)]

    assert ids(index, "costa", sights=sights) == ["ana"]
    for text in ("secret", "secr", "912 345", "ana secret"):
        assert ids(index, text, sights=sights) == []
        assert ids(index, text) == ["ana"]


def test_an_older_state_never_replaces_a_newer_one() -> None:
    index = index_of(entry("ana", "Ana Costa", newness=5))
    index.apply([entry("ana", "Ana Reis", newness=4)])
    index.apply([entry("ana", "Ana Reis", newness=5)])
    assert (ids(index, "costa"), ids(index, "reis")) == (["ana"], [])

    index.apply([entry("ana", "Ana Reis", newness=6)])
    assert (ids(index, "costa"), ids(index, "reis")) == ([], ["ana"])
    assert index.count() == 1


def test_what_is_gone_stays_gone_until_something_newer_brings_it_back() -> None:
    index = index_of(entry("ana", "Ana Costa", newness=1))
    index.apply([entry("ana", "", newness=3)])
    index.apply([entry("ana", "Ana Costa", newness=2)])
    assert (ids(index, "costa"), index.count()) == ([], 0)

    index.apply([entry("ana", "Ana Costa", newness=4)])
    assert (ids(index, "costa"), index.count()) == (["ana"], 1)


WORD = st.text(string.ascii_lowercase, min_size=4, max_size=12)


@settings(max_examples=60, deadline=None)
@given(word=WORD, data=st.data())
def test_a_word_is_found_by_each_of_its_beginnings_and_with_a_letter_amiss(word: str, data: st.DataObject) -> None:
    index = index_of(entry("it", word.capitalize()))
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from(string.ascii_lowercase))
    amiss = [word[:place] + letter + word[place:], word[:place] + letter + word[place + 1 :]]
    amiss += [word[:place] + word[place + 1 :]] if len(word) > 4 else []
    amiss += [word[:place] + word[place + 1] + word[place] + word[place + 2 :]] if place + 1 < len(word) else []

    for text in (*(word[:end] for end in range(1, len(word) + 1)), *amiss):
        assert ids(index, text) == ["it"], text
