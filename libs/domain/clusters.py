"""Records that are alike in pairs, gathered into groups: whoever is like one of a group belongs to it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from libs.domain.duplicates import Comparable, DuplicateRule


@dataclass(frozen=True, slots=True)
class Cluster:
    """Ids in order, the rules (their ids) that found the group, and how alike the least alike pair of them is."""

    ids: tuple[str, ...]
    rules: tuple[str, ...]
    score: float


@dataclass(slots=True)
class _Ties:
    rules: set[str]
    score: float


@dataclass(slots=True)
class Clusters:
    """What is kept grows with the records that are like others, not with those that are looked at."""

    _above: dict[str, str] = field(default_factory=dict)
    _ties: dict[str, _Ties] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many records are like others."""
        return len(self._above)

    def compare(self, rules: Iterable[DuplicateRule], records: Iterable[tuple[str, Comparable]]) -> None:
        """Ties those of the records, ids beside what is compared of them, that are alike.

        The rules have the same conditions. Records that are the same in what is compared are like the same others.
        """
        [rule, *others] = rules
        ids = [rule.id, *(other.id for other in others)]
        apart: dict[Comparable, str] = {}
        for id_, comparable in records:
            first = apart.setdefault(comparable, id_)
            if first != id_:
                if rule.likeness(comparable, comparable):
                    self.tie(first, id_, ids, 1.0)
                continue
            for known, known_id in apart.items():
                if known_id != id_ and (score := rule.likeness(known, comparable)):
                    self.tie(known_id, id_, ids, score)

    def tie(self, one: str, other: str, rules: Iterable[str], score: float) -> None:
        ours, theirs = self._root(one), self._root(other)
        ties = self._ties.setdefault(ours, _Ties(set(), 1.0))
        ties.rules.update(rules)
        ties.score = min(ties.score, score)
        if ours != theirs:
            self._above[theirs] = ours
            if (joined := self._ties.pop(theirs, None)) is not None:
                ties.rules |= joined.rules
                ties.score = min(ties.score, joined.score)

    def groups(self) -> list[Cluster]:
        """The most alike first."""
        members: dict[str, list[str]] = {}
        for id_ in self._above:
            members.setdefault(self._root(id_), []).append(id_)
        return sorted(self._clusters(members), key=lambda cluster: (-cluster.score, cluster.ids))

    def _clusters(self, members: dict[str, list[str]]) -> Iterator[Cluster]:
        for root, ids in members.items():
            ties = self._ties[root]
            yield Cluster(tuple(sorted(ids)), tuple(sorted(ties.rules)), ties.score)

    def _root(self, id_: str) -> str:
        """The element that stands for the whole group; shortens the way there by half."""
        above = self._above
        above.setdefault(id_, id_)
        while above[id_] != id_:
            above[id_] = above[above[id_]]
            id_ = above[id_]
        return id_
