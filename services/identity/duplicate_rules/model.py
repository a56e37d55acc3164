"""The duplicate rule: when records of a collection are likely to be the same, and what is done about it."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from libs.contracts.collections import FIELDS, CollectionName, has_field
from libs.contracts.duplicate_rules import (
    DuplicateCondition,
    DuplicateRuleActivated,
    DuplicateRuleDeactivated,
    Likeness,
    Reaction,
)
from libs.domain import lifecycle
from libs.domain.fields import INDEXED, INITIAL, LISTED, SEARCHED
from libs.domain.record import Record
from libs.domain.refusals import FieldError, InvalidFields


class DuplicateRule(Record, collection="duplicate_rules", aggregate="identity.duplicate_rule"):
    """`of` names the collection. An `overridable` rule that refuses lets pass what is sent with `X-Duplicates: allow`.

    A custom field that is removed later has no value, so that the rule finds nothing more.
    """

    of: Annotated[CollectionName, INITIAL, INDEXED]
    name: Annotated[str, LISTED, SEARCHED, Field(min_length=1, max_length=60)]
    conditions: Annotated[tuple[DuplicateCondition, ...], Field(min_length=1, max_length=5)]
    on_create: Annotated[Reaction, LISTED] = Reaction.WARN
    on_update: Annotated[Reaction, LISTED] = Reaction.WARN
    overridable: Annotated[bool, LISTED] = True


def require_sound(rule: DuplicateRule, custom: frozenset[str]) -> DuplicateRule:
    """The rule itself; raises `InvalidFields` where it says what cannot be of records that have these custom fields."""
    if errors := list(_unsound(rule, custom)):
        raise InvalidFields("the rule cannot be", errors=errors)
    return rule


def _unsound(rule: DuplicateRule, custom: frozenset[str]) -> Iterator[FieldError]:
    if not FIELDS.get(rule.of):
        yield FieldError("/of", "unknown_collection", f"there are no records called {rule.of}")
        return
    for number, condition in enumerate(rule.conditions):
        for place, path in enumerate(condition.fields):
            if not has_field(rule.of, path, custom):
                yield FieldError(f"/conditions/{number}/fields/{place}", "unknown_field", f"{rule.of} have no {path}")
        if condition.at_least is not None and condition.match is not Likeness.SIMILAR:
            yield FieldError(f"/conditions/{number}/at_least", "not_for_this_match", "only similar values have it")


def deactivate(rule: DuplicateRule) -> tuple[DuplicateRule, DuplicateRuleDeactivated]:
    return lifecycle.deactivate(rule), DuplicateRuleDeactivated()


def activate(rule: DuplicateRule) -> tuple[DuplicateRule, DuplicateRuleActivated]:
    return lifecycle.activate(rule), DuplicateRuleActivated()
