"""The relationship: what a person or a company is to another one, beside the account that somebody works at."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Final

from libs.contracts.values import Day, Reference
from libs.domain.fields import GUARDED, INITIAL, LISTED, Lookup, Text
from libs.domain.personal import Personal
from libs.domain.record import Index, Record
from libs.domain.refusals import InvalidFields, Refusal

_ENDS: Final = Lookup.to("contacts", "accounts")


class Role(StrEnum):
    """What the party is to the other."""

    DECISION_MAKER = "decision_maker"
    INFLUENCER = "influencer"
    ADVISER = "adviser"
    ASSISTANT = "assistant"
    FORMER_EMPLOYEE = "former_employee"
    RELATIVE = "relative"
    PARTNER = "partner"
    SUBSIDIARY = "subsidiary"
    SHAREHOLDER = "shareholder"
    RESELLER = "reseller"
    SUPPLIER = "supplier"
    OTHER = "other"


class ReverseRole(StrEnum):
    """What the other is to the party, in the order of `Role`."""

    DECIDED_BY = "decided_by"
    INFLUENCED_BY = "influenced_by"
    ADVISED_BY = "advised_by"
    ASSISTED_BY = "assisted_by"
    FORMER_EMPLOYER = "former_employer"
    RELATIVE = "relative"
    PARTNER = "partner"
    PARENT = "parent"
    HELD_BY = "held_by"
    RESOLD_BY = "resold_by"
    SUPPLIED_BY = "supplied_by"
    OTHER = "other"


REVERSE: Final = dict(zip(Role, ReverseRole, strict=True))

MUTUAL: Final = frozenset(role for role, reverse in REVERSE.items() if role.value == reverse.value)
"""Roles that say the same from either end."""


class Relationship(Record, collection="relationships", aggregate="sales.relationship"):
    """`party` is the `role` of `other`, which is the `reverse_role` of `party`; `until` is the last day of that."""

    indexes: ClassVar[tuple[Index, ...]] = (Index(("party.id",)), Index(("other.id",)))

    parent = "party"
    personal = Personal(
        texts=("party.name", "other.name", "notes", "tags", "custom"),
        belongs_to={"party": None, "other": None},
    )

    party: Annotated[Reference, INITIAL, LISTED, _ENDS]
    role: Annotated[Role, LISTED]
    other: Annotated[Reference, INITIAL, LISTED, _ENDS]
    reverse_role: Annotated[ReverseRole, GUARDED, LISTED] = ReverseRole.OTHER
    notes: Text | None = None
    since: Annotated[Day | None, LISTED] = None
    until: Annotated[Day | None, LISTED] = None


class RelationshipExists(Refusal):
    """The same two are in the same relationship at the time already."""

    code = "relationship_exists"


def settled(relationship: Relationship) -> Relationship:
    """The relationship with the role that follows; raises `InvalidFields` where it contradicts itself."""
    if joins_itself(relationship):
        raise InvalidFields.at("/other", "itself", "nobody is in a relationship with themselves")
    if relationship.since and relationship.until and relationship.until < relationship.since:
        raise InvalidFields.at("/until", "before_since", "must not be before since")
    return relationship.model_copy(update={"reverse_role": REVERSE[relationship.role]})


def joins_itself(relationship: Relationship) -> bool:
    """Whether it joins a record to itself, as merges may leave it."""
    one, other = relationship.party, relationship.other
    return (one.collection, one.id) == (other.collection, other.id)


def require_new(relationship: Relationship, others: Iterable[Relationship]) -> None:
    """`others` are between the same two; raises `RelationshipExists`."""
    if any(other.id != relationship.id and _says_the_same(relationship, other) for other in others):
        raise RelationshipExists("these two are in this relationship at that time already")


def _says_the_same(one: Relationship, other: Relationship) -> bool:
    same_way = one.party.id == other.party.id or one.role in MUTUAL
    return one.role is other.role and same_way and _begins(one) <= _ends(other) and _begins(other) <= _ends(one)


def _begins(relationship: Relationship) -> date:
    return relationship.since or date.min


def _ends(relationship: Relationship) -> date:
    return relationship.until or date.max
