"""What the identity service announces of duplicate rules: which records every service takes for the same."""

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field

from libs.contracts.event import Event, Snapshot
from libs.contracts.values import Value


class Likeness(StrEnum):
    """How the values of two records are compared; a released one keeps its meaning."""

    EXACT = "exact"
    FOLDED = "folded"
    """Without case, accents, punctuation and extra blanks."""
    EMAIL = "email"
    PHONE = "phone"
    """In E.164."""
    SIMILAR = "similar"
    """Words in any order, some letters amiss."""


class Reaction(StrEnum):
    """What becomes of a write that makes a record like another."""

    IGNORE = "ignore"
    WARN = "warn"
    REFUSE = "refuse"


FieldPath = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,60}(/[a-z][a-z0-9_]{0,60})?$")]
"""A field of a record, or a member of one: `email`, `address/city`, `custom/vat_id`."""


class DuplicateCondition(Value):
    """Holds where any value of the `fields` of one record is like any of another's; never where either has none.

    `at_least` is for similar values: 1 asks for the same letters, 0.8 lets about one of five be amiss.
    """

    fields: Annotated[tuple[FieldPath, ...], Field(min_length=1, max_length=5)]
    match: Likeness
    at_least: Annotated[float, Field(ge=0.5, le=1)] | None = None


class DuplicateRuleSnapshot(Snapshot):
    """Records of the collection `of` are duplicates by this rule where all its conditions hold."""

    of: str
    name: str
    state: str
    conditions: tuple[DuplicateCondition, ...]
    on_create: Reaction
    on_update: Reaction
    overridable: bool = True


class DuplicateRuleCreated(Event[DuplicateRuleSnapshot], type="identity.duplicate_rule.created"):
    pass


class DuplicateRuleUpdated(Event[DuplicateRuleSnapshot], type="identity.duplicate_rule.updated"):
    pass


class DuplicateRuleAssigned(Event[DuplicateRuleSnapshot], type="identity.duplicate_rule.assigned"):
    pass


class DuplicateRuleDeactivated(Event[DuplicateRuleSnapshot], type="identity.duplicate_rule.deactivated"):
    """Finds nothing any more."""


class DuplicateRuleActivated(Event[DuplicateRuleSnapshot], type="identity.duplicate_rule.activated"):
    pass


EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    DuplicateRuleCreated,
    DuplicateRuleUpdated,
    DuplicateRuleAssigned,
    DuplicateRuleDeactivated,
    DuplicateRuleActivated,
)
