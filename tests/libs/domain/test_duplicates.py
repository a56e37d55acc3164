"""Which records are alike by a rule, and that they are found by its keys."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.duplicate_rules import DuplicateCondition, Likeness, Reaction
from libs.domain.duplicates import MOST_KEYS, NO_RULES, DuplicateRule, DuplicateRules
from libs.domain.likeness import BLOCKS, COMPARED


def rule(*conditions: tuple[Likeness, tuple[str, ...]], id: str = "1", **terms: Any) -> DuplicateRule:
    made = tuple(DuplicateCondition(fields=fields, match=match) for match, fields in conditions)
    return DuplicateRule(id, "Same", made, **terms)


EMAIL = rule((Likeness.EMAIL, ("email",)))
PHONES = rule((Likeness.PHONE, ("phone", "mobile")))
NAME_AND_TOWN = rule((Likeness.SIMILAR, ("name",)), (Likeness.FOLDED, ("address/city",)))


@pytest.mark.parametrize(
    ("found_by", "one", "other"),
    [
        (EMAIL, {"email": "ada@example.org"}, {"email": " Ada@Example.org "}),
        (PHONES, {"phone": "+351 21 123 4567"}, {"mobile": "+351-211234567", "phone": "+49 30 123456"}),
        (PHONES, {"phone": "+44 20 7946 0018 x12"}, {"phone": "+442079460018"}),
        (PHONES, {"phone": "030 1234567"}, {"phone": "(030) 123 45-67"}),
        (
            NAME_AND_TOWN,
            {"name": "Anna Pinto", "address": {"city": "Évora"}},
            {"name": "PIMTO, Anna", "address": {"city": "evora"}},
        ),
        (rule((Likeness.SIMILAR, ("name",))), {"name": "Jon Smith"}, {"name": "John Smith"}),
        (rule((Likeness.SIMILAR, ("name",))), {"name": "Иванов Пётр"}, {"name": "петр иванов"}),
        (
            rule((Likeness.EXACT, ("customer",))),
            {"customer": {"collection": "accounts", "id": "1", "name": "Acme"}},
            {"customer": {"collection": "accounts", "id": "1"}},
        ),
        (rule((Likeness.EXACT, ("tags",))), {"tags": ["a", "b"]}, {"tags": ("b",)}),
    ],
)
def test_records_are_alike_and_share_a_key(found_by: DuplicateRule, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert found_by.score(one, other) > 0
    assert set(found_by.keys(one)) & set(found_by.keys(other))


@pytest.mark.parametrize(
    ("found_by", "one", "other"),
    [
        (EMAIL, {"email": "ada@example.org"}, {"email": "ida@example.org"}),
        (EMAIL, {"email": None}, {"email": None}),
        (EMAIL, {}, {}),
        (PHONES, {"phone": "+351 21 123 4567"}, {"phone": "+49 21 123 4567"}),
        (NAME_AND_TOWN, {"name": "Anna Pinto"}, {"name": "Anna Pinto"}),
        (
            NAME_AND_TOWN,
            {"name": "Anna Pinto", "address": {"city": "Évora"}},
            {"name": "Anna Pereira", "address": {"city": "Évora"}},
        ),
    ],
)
def test_records_are_not_alike(found_by: DuplicateRule, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert found_by.score(one, other) == 0


def test_the_least_sure_condition_decides_the_score() -> None:
    city = {"address": {"city": "Faro"}}

    assert 0.8 <= NAME_AND_TOWN.score({"name": "Anna Pinto", **city}, {"name": "Anna Pimto", **city}) < 1


def test_what_a_rule_does_about_duplicates_changes_no_key() -> None:
    strict = rule((Likeness.EMAIL, ("email",)), id="2", on_create=Reaction.REFUSE, overridable=False)

    assert strict.keys({"email": "a@example.org"}) == EMAIL.keys({"email": "a@example.org"})
    assert DuplicateRules((EMAIL, strict)).mark == DuplicateRules((EMAIL,)).mark
    assert DuplicateRules((EMAIL, PHONES)).mark != DuplicateRules((EMAIL,)).mark
    assert len(DuplicateRules((EMAIL, strict)).keys({"email": "a@example.org"})) == 1


def test_a_record_with_very_many_values_has_a_bounded_number_of_keys() -> None:
    tagged = rule((Likeness.EXACT, ("tags",)), (Likeness.EXACT, ("labels",)))
    many = [str(number) for number in range(50)]

    assert len(tagged.keys({"tags": many, "labels": many})) == MOST_KEYS


def test_rules_are_chosen_by_keys_moments_and_what_is_hidden() -> None:
    silent = rule((Likeness.FOLDED, ("name",)), id="2", on_create=Reaction.IGNORE)
    rules = DuplicateRules((EMAIL, silent))
    keys = rules.keys({"email": "a@example.org", "name": "Ada"})

    assert rules.on_create.rules == (EMAIL,)
    assert rules.on_update.rules == (EMAIL, silent)
    assert rules.on_create.among(keys) == [keys[0]]
    assert rules.giving(keys[1:]).rules == (silent,)
    assert rules.open_to(frozenset({"email"})).rules == (silent,)
    assert NO_RULES.keys({"email": "a@example.org"}) == ()


def test_keys_of_similar_values_are_those_of_many() -> None:
    record = {"email": "a@example.org", "name": "Anna Pinto", "address": {"city": "Faro"}}
    rules = DuplicateRules((EMAIL, NAME_AND_TOWN))

    assert rules.crowded(rules.keys(record)) == NAME_AND_TOWN.keys(record)


def test_a_rule_that_refuses_lets_two_pass_where_it_may_be_overridden() -> None:
    warning = rule((Likeness.EMAIL, ("email",)))
    strict = rule((Likeness.EMAIL, ("email",)), on_create=Reaction.REFUSE)
    stricter = rule((Likeness.EMAIL, ("email",)), on_create=Reaction.REFUSE, overridable=False)

    assert [each.refuses(creating=True, allowed=False) for each in (warning, strict, stricter)] == [False, True, True]
    assert [each.refuses(creating=True, allowed=True) for each in (warning, strict, stricter)] == [False, False, True]
    assert not any(each.refuses(creating=False, allowed=False) for each in (warning, strict, stricter))


texts = st.text(max_size=40)
words = st.lists(st.text("aäbcdeéfghijklmnoprstuvwxyzß ЖИ-'", max_size=12), min_size=1, max_size=4).map(" ".join)
national = st.text("0123456789", min_size=7, max_size=9)
gaps = st.lists(st.sampled_from(["", " ", "-", ".", "/"]), min_size=9, max_size=9)


@given(st.sampled_from(Likeness), texts, texts)
def test_likeness_is_the_same_both_ways(match: Likeness, one: str, other: str) -> None:
    by = rule((match, ("field",)))

    assert by.score({"field": one}, {"field": other}) == by.score({"field": other}, {"field": one})


@given(st.sampled_from(Likeness), texts)
def test_what_can_be_compared_is_like_itself_and_found(match: Likeness, text: str) -> None:
    by, record = rule((match, ("field",))), {"field": text}

    if COMPARED[match](text):
        assert by.score(record, record) == 1
    assert by.keys(record) == by.keys(dict(record))


@given(st.sampled_from([Likeness.EXACT, Likeness.FOLDED, Likeness.EMAIL]), texts, texts)
def test_equal_values_share_a_block(match: Likeness, one: str, other: str) -> None:
    if COMPARED[match](one) == COMPARED[match](other):
        assert set(BLOCKS[match](one)) == set(BLOCKS[match](other))


@given(st.sampled_from([Likeness.FOLDED, Likeness.SIMILAR]), words)
def test_case_and_blanks_never_matter(match: Likeness, name: str) -> None:
    by = rule((match, ("name",)))

    assert by.keys({"name": name}) == by.keys({"name": f"  {name.replace('ß', 'ss').upper()} "})


@given(words)
def test_the_order_of_words_never_matters_to_similar_names(name: str) -> None:
    by, turned = rule((Likeness.SIMILAR, ("name",))), " ".join(reversed(name.split()))

    assert set(by.keys({"name": name})) == set(by.keys({"name": turned}))


@given(st.sampled_from(["49", "351", "44", "1"]), national, gaps)
def test_a_number_has_one_key_however_it_is_written(country: str, number: str, between: list[str]) -> None:
    written = "".join(digit + gap for digit, gap in zip(number, between, strict=False))

    assert PHONES.keys({"phone": f"+{country}{number}"}) == PHONES.keys({"phone": f"+{country} {written}"})
