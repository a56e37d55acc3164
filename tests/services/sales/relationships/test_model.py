from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.values import Reference
from libs.domain.refusals import InvalidFields
from services.sales.relationships.model import (
    MUTUAL,
    Relationship,
    RelationshipExists,
    ReverseRole,
    Role,
    require_new,
    settled,
)

ANN = Reference(collection="contacts", id="ann", name="Ann Lee")
ACME = Reference(collection="accounts", id="acme", name="Acme")
LATER = date(2026, 7, 1)


def joining(party: Reference, role: Role, other: Reference, **fields: object) -> Relationship:
    return Relationship.model_validate({"id": "new", "party": party, "role": role, "other": other, **fields})


@pytest.mark.parametrize(
    ("role", "reverse"),
    [
        (Role.DECISION_MAKER, ReverseRole.DECIDED_BY),
        (Role.ASSISTANT, ReverseRole.ASSISTED_BY),
        (Role.FORMER_EMPLOYEE, ReverseRole.FORMER_EMPLOYER),
        (Role.SUBSIDIARY, ReverseRole.PARENT),
        (Role.RESELLER, ReverseRole.RESOLD_BY),
        (Role.PARTNER, ReverseRole.PARTNER),
        (Role.OTHER, ReverseRole.OTHER),
    ],
)
def test_a_role_has_its_reverse(role: Role, reverse: ReverseRole) -> None:
    assert settled(joining(ANN, role, ACME)).reverse_role is reverse


def test_some_roles_are_the_same_from_either_end() -> None:
    assert {Role.PARTNER, Role.RELATIVE, Role.OTHER} == MUTUAL


def test_nobody_is_in_a_relationship_with_themselves() -> None:
    with pytest.raises(InvalidFields) as refusal:
        settled(joining(ACME, Role.PARTNER, ACME.model_copy(update={"name": "Acme Ltd"})))

    assert [(error.pointer, error.code) for error in refusal.value.errors] == [("/other", "itself")]


def test_it_does_not_end_before_it_begins() -> None:
    settled(joining(ANN, Role.PARTNER, ACME, since=LATER, until=LATER))

    with pytest.raises(InvalidFields) as refusal:
        settled(joining(ANN, Role.PARTNER, ACME, since=LATER, until=date(2026, 6, 30)))

    assert [(error.pointer, error.code) for error in refusal.value.errors] == [("/until", "before_since")]


def test_the_same_is_not_said_twice() -> None:
    known = joining(ANN, Role.ASSISTANT, ACME, id="known")

    with pytest.raises(RelationshipExists):
        require_new(joining(ANN, Role.ASSISTANT, ACME), [known])
    require_new(known, [known])
    require_new(joining(ANN, Role.INFLUENCER, ACME), [known])
    require_new(joining(ACME, Role.ASSISTANT, ANN), [known])


@pytest.mark.parametrize("role", sorted(MUTUAL))
def test_what_is_the_same_from_either_end_is_said_once(role: Role) -> None:
    with pytest.raises(RelationshipExists):
        require_new(joining(ACME, role, ANN), [joining(ANN, role, ACME, id="known")])


DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 9))


@given(DAYS, DAYS, DAYS, DAYS)
def test_it_may_be_said_again_of_another_time(
    since: date | None, until: date | None, again: date | None, at_last: date | None
) -> None:
    def days(begin: date | None, end: date | None) -> set[date]:
        every = [date(2026, 1, day) for day in range(1, 10)]
        return {day for day in every if (begin or day) <= day <= (end or day)}

    known = joining(ANN, Role.PARTNER, ACME, id="known", since=since, until=until)
    new = joining(ANN, Role.PARTNER, ACME, since=again, until=at_last)
    both = days(since, until) and days(again, at_last)

    try:
        require_new(new, [known])
    except RelationshipExists:
        assert days(since, until) & days(again, at_last) or not both
    else:
        assert not days(since, until) & days(again, at_last)
