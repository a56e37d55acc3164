"""Duplicate rules: when two records of a collection are likely to be the same, and the keys by which that is found."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from hashlib import blake2b
from itertools import islice, product
from typing import Any, Final, TypeAlias

from libs.contracts.duplicate_rules import DuplicateCondition, Likeness, Reaction
from libs.domain.likeness import BLOCKS, COMPARED, similarity

SIMILAR_ENOUGH: Final = 0.8
_MARK: Final = 8
"""Letters that a key begins with and that tell of its rule."""
_DIGEST: Final = 16
KEY_LENGTH: Final = _MARK + _DIGEST
MOST_KEYS: Final = 40
"""Keys that one rule gives a record."""


@dataclass(frozen=True)
class DuplicateRule:
    """One rule as its definition says it."""

    id: str
    name: str
    conditions: tuple[DuplicateCondition, ...]
    on_create: Reaction = Reaction.WARN
    on_update: Reaction = Reaction.WARN
    overridable: bool = True

    def refuses(self, *, creating: bool, allowed: bool) -> bool:
        """`allowed`: whoever asks has said that there may be two."""
        reaction = self.on_create if creating else self.on_update
        return reaction is Reaction.REFUSE and not (allowed and self.overridable)

    @cached_property
    def mark(self) -> str:
        """What its keys begin with: the same conditions make the same keys, whatever else the rule says."""
        return blake2b(repr(self.conditions).encode(), digest_size=_MARK // 2).hexdigest()

    @cached_property
    def crowded(self) -> bool:
        return any(condition.match is Likeness.SIMILAR for condition in self.conditions)

    @cached_property
    def paths(self) -> frozenset[str]:
        return frozenset(path for condition in self.conditions for path in condition.fields)

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields of the record, without the members of them that are meant."""
        return frozenset(path.partition("/")[0] for path in self.paths)

    def tells_of(self, hidden: frozenset[str]) -> bool:
        """Whether it looks at any of these fields, or members of them."""
        return not hidden.isdisjoint(self.fields | self.paths)

    def keys(self, record: Mapping[str, Any]) -> list[str]:
        """At least one of them is also a key of every record that is like this one; none where a value is missing."""
        parts = [_blocks(record, condition) for condition in self.conditions]
        return [self._key(combined) for combined in islice(product(*parts), MOST_KEYS)] if all(parts) else []

    def _key(self, blocks: Iterable[str]) -> str:
        return self.mark + blake2b("\x1f".join(blocks).encode(), digest_size=_DIGEST // 2).hexdigest()

    def comparable(self, record: Mapping[str, Any]) -> "Comparable":
        """What of the record is compared, for each condition."""
        return tuple(
            frozenset(map(COMPARED[condition.match], values(record, condition))) - {""} for condition in self.conditions
        )

    def likeness(self, one: "Comparable", other: "Comparable") -> float:
        """How alike two records are, from 0 to 1; 0 where any condition does not hold."""
        least = 1.0
        for condition, ours, theirs in zip(self.conditions, one, other, strict=True):
            if condition.match is Likeness.SIMILAR:
                least = min(least, _similarity(ours, theirs, condition.at_least or SIMILAR_ENOUGH))
            elif ours.isdisjoint(theirs):
                return 0.0
            if not least:
                break
        return least

    def score(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
        return self.likeness(self.comparable(one), self.comparable(other))


Comparable: TypeAlias = tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Match:
    """By which rule two records are alike, and how much."""

    rule: DuplicateRule
    score: float


@dataclass(frozen=True)
class DuplicateRules:
    """The rules of one collection that are active, by their ids."""

    rules: tuple[DuplicateRule, ...] = ()

    @cached_property
    def mark(self) -> str:
        """Which keys records have; changes with any of them."""
        return " ".join(sorted(self._marks))

    @cached_property
    def fields(self) -> frozenset[str]:
        return frozenset().union(*(rule.fields for rule in self.rules))

    def keys(self, record: Mapping[str, Any]) -> tuple[str, ...]:
        """What the record is found by, a document as it is stored."""
        return tuple(dict.fromkeys(key for rule in self.rules for key in rule.keys(record)))

    def matches(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[Match, ...]:
        found = (Match(rule, rule.score(one, other)) for rule in self.rules)
        return tuple(match for match in found if match.score)

    @cached_property
    def on_create(self) -> "DuplicateRules":
        """The rules that do something about a record that is created."""
        return DuplicateRules(tuple(rule for rule in self.rules if rule.on_create is not Reaction.IGNORE))

    @cached_property
    def on_update(self) -> "DuplicateRules":
        return DuplicateRules(tuple(rule for rule in self.rules if rule.on_update is not Reaction.IGNORE))

    def among(self, keys: Iterable[str]) -> list[str]:
        """Those of these keys that the rules give."""
        return [key for key in keys if key[:_MARK] in self._marks]

    def giving(self, keys: Iterable[str]) -> "DuplicateRules":
        """The rules that give any of these keys."""
        marks = {key[:_MARK] for key in keys}
        return DuplicateRules(tuple(rule for rule in self.rules if rule.mark in marks))

    def crowded(self, keys: Iterable[str]) -> list[str]:
        """Those that many records have in common who are not alike: of rules for similar values."""
        marks = self._crowded_marks
        return [key for key in keys if key[:_MARK] in marks] if marks else []

    def open_to(self, hidden: frozenset[str]) -> "DuplicateRules":
        """The rules that reveal nothing of hidden fields."""
        return DuplicateRules(tuple(rule for rule in self.rules if not rule.tells_of(hidden))) if hidden else self

    @cached_property
    def _crowded_marks(self) -> frozenset[str]:
        return frozenset(rule.mark for rule in self.rules if rule.crowded)

    @cached_property
    def _marks(self) -> frozenset[str]:
        return frozenset(rule.mark for rule in self.rules)


NO_RULES: Final = DuplicateRules()


def _blocks(record: Mapping[str, Any], condition: DuplicateCondition) -> list[str]:
    blocks = BLOCKS[condition.match]
    found = [block for value in values(record, condition) for block in blocks(value) if block]
    return found if len(found) < 2 else list(dict.fromkeys(found))


def _similarity(ours: frozenset[str], theirs: frozenset[str], at_least: float) -> float:
    return max((similarity(a, b, at_least=at_least) for a in ours for b in theirs), default=0.0)


def values(record: Mapping[str, Any], condition: DuplicateCondition) -> list[str]:
    """The values of the fields of a condition, as text."""
    found: list[str] = []
    for path in condition.fields:
        name, _, member = path.partition("/")
        value = record.get(name)
        if member:
            value = value.get(member) if isinstance(value, Mapping) else None
        if type(value) is str:
            found.append(value)
        elif value is not None:
            found += _texts(value)
    return found


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case {"collection": collection, "id": id_}:
            yield f"{collection}/{id_}"
        case list() | tuple():
            for each in value:
                yield from _texts(each)
        case Decimal():
            yield format(value.normalize(), "f")
        case bool() | int() | float() | datetime():
            yield str(value)
