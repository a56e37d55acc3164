"""Pairs become groups, whatever order they come in."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.duplicate_rules import DuplicateCondition, Likeness
from libs.domain.clusters import Clusters
from libs.domain.duplicates import DuplicateRule

LIKE_NAME = DuplicateRule("name", "Like name", (DuplicateCondition(fields=("name",), match=Likeness.SIMILAR),))
EMAIL = DuplicateRule("email", "Same e-mail", (DuplicateCondition(fields=("email",), match=Likeness.EMAIL),))


def groups(clusters: Clusters) -> list[tuple[str, ...]]:
    return [cluster.ids for cluster in clusters.groups()]


def test_who_is_like_one_of_a_group_belongs_to_it() -> None:
    clusters = Clusters()
    names = {"1": "Anna Pinto", "2": "Anna Pimto", "3": "Ana Pimto", "4": "Rui Brito", "5": "anna pinto"}
    clusters.compare([LIKE_NAME], [(id_, LIKE_NAME.comparable({"name": name})) for id_, name in names.items()])
    clusters.compare([EMAIL], [(id_, EMAIL.comparable({"email": "a@example.org"})) for id_ in ("5", "6")])

    [group] = clusters.groups()

    assert (group.ids, group.rules) == (("1", "2", "3", "5", "6"), ("email", "name"))
    assert 0.8 <= group.score < 1
    assert len(clusters) == 5


def test_what_cannot_be_compared_is_like_nothing() -> None:
    clusters = Clusters()

    clusters.compare([EMAIL], [(id_, EMAIL.comparable({})) for id_ in ("1", "2")])

    assert groups(clusters) == []


def test_the_most_alike_come_first() -> None:
    clusters = Clusters()
    clusters.tie("a", "b", ["name"], 0.8)
    clusters.tie("c", "d", ["name"], 1.0)

    assert groups(clusters) == [("c", "d"), ("a", "b")]


pairs = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.floats(0.5, 1)), max_size=20)


@given(pairs, st.randoms())
def test_groups_are_the_same_in_whatever_order_pairs_are_found(
    found: list[tuple[int, int, float]], chance: Random
) -> None:
    one, other = Clusters(), Clusters()
    ties = [(f"{first:02}", f"{second:02}", score) for first, second, score in found if first != second]
    for first, second, score in ties:
        one.tie(first, second, ["name"], score)
    chance.shuffle(ties)
    for first, second, score in ties:
        other.tie(second, first, ["name"], score)

    assert one.groups() == other.groups()
    every = [id_ for ids in groups(one) for id_ in ids]
    assert len(every) == len(set(every)) == len(one)
    together = {id_: ids for ids in groups(one) for id_ in ids}
    assert all(together[first] == together[second] for first, second, _ in ties)
