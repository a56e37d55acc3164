"""New leads go to whom the rules say: by order, condition and turn, however many come at once."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from libs.domain.grants import Grants
from libs.domain.refusals import Forbidden, InvalidFields, Refusal
from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.assignment_rules import commands
from services.sales.assignment_rules.model import AssignmentRule
from services.sales.intake.consumers import take_in_response
from services.sales.leads import commands as leads
from services.sales.leads.model import Lead
from tests.services.sales.copies import Staff, all_of, announced, deliver, do, draft, response

BY_COUNTRY: dict[str, Any] = {
    "territory_field": "address/country",
    "territories": [{"value": "PT", "user_id": "user-2"}, {"value": "ES", "user_id": "user-3"}],
}
IN_TURN: dict[str, Any] = {"user_ids": ["user-1", "user-2", "user-3"]}


def rule(name: str, *, position: int = 1, **fields: Any) -> AssignmentRule:
    return AssignmentRule(id=name, name=name, position=position, **fields)


def give(rules: list[AssignmentRule], *copies: Store) -> None:
    for copy in copies:
        copy.definitions[AssignmentRule] = tuple(rules)


@pytest.fixture(autouse=True)
def nobody_is_assigned_afterwards(store: Store, other: Store) -> Any:
    yield
    give([], store, other)
    store.people = Staff()


async def lead_of(store: Store, **fields: Any) -> Lead:
    return await do(store, leads.create_lead, draft(Lead, last_name="Lee", **fields))


async def test_the_first_rule_that_a_lead_meets_decides(store: Store) -> None:
    give(
        [
            rule("others", position=9, user_id="user-1"),
            rule("web", position=2, condition="source eq 'web'", user_id="user-3"),
            rule("abroad", position=3, **BY_COUNTRY),
        ],
        store,
    )

    owners = [
        (await lead_of(store, **fields)).owner_id
        for fields in (
            {"source": "web", "address": {"country": "PT"}},
            {"address": {"country": "PT"}},
            {"address": {"country": "FR"}},
        )
    ]

    assert owners == ["user-3", "user-2", "user-1"]


async def test_the_event_names_the_rule(store: Store) -> None:
    give([rule("web", user_id="user-3")], store)

    lead = await lead_of(store)

    assert [(event.type, event.data.get("rule")) for event in await announced(store, lead)] == [
        ("sales.lead.created", None),
        ("sales.lead.assigned", "web"),
    ]


@pytest.mark.parametrize("target", [IN_TURN, {"team_id": "north"}], ids=["users", "team"])
async def test_turns_are_exactly_fair_however_many_come_at_once(
    store: Store, other: Store, target: dict[str, Any]
) -> None:
    give([rule("in turn", **target)], store, other)

    await asyncio.gather(*(lead_of(copy, topic=str(number)) for number in range(15) for copy in (store, other)))

    counts = Counter(lead.owner_id for lead in await all_of(store, Lead))
    assert (sum(counts.values()), len(counts)) == (30, 3 if target is IN_TURN else 2)
    assert len(set(counts.values())) == 1


async def test_a_turn_is_not_used_up_by_a_lead_that_is_refused(store: Store) -> None:
    give([rule("in turn", **IN_TURN)], store)

    async def refused(work: UnitOfWork) -> None:
        await leads.create_lead(work, draft(Lead, last_name="Lee"))
        raise Forbidden("no")

    first = await lead_of(store)
    with pytest.raises(Forbidden):
        await do(store, refused)

    assert (first.owner_id, (await lead_of(store)).owner_id) == ("user-1", "user-2")


async def test_whoever_works_here_no_longer_gets_nothing(store: Store) -> None:
    staff = Staff()
    staff.away = {"user-2", "user-3"}
    store.people = staff
    give([rule("north", team_id="north"), rule("web", position=2, user_id="user-3")], store)

    assert (await lead_of(store)).owner_id == "user-1"


async def test_an_interested_response_is_assigned_as_well(store: Store) -> None:
    give([rule("campaigns", condition="source eq 'campaign' and responses eq 1", user_id="user-3")], store)

    await deliver(store, take_in_response, response({"name": "Ann Lee", "email": "ann@example.org"}))

    assert [lead.owner_id for lead in await all_of(store, Lead)] == ["user-3"]


async def test_a_lead_with_an_owner_stays_with_them(store: Store) -> None:
    give([rule("all", user_id="user-3")], store)

    assert (await lead_of(store, owner_id="user-2")).owner_id == "user-2"
    with pytest.raises(InvalidFields) as refusal:
        await lead_of(store, owner_id="user-9")
    assert refusal.value.errors[0].pointer == "/owner_id"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({}, "/user_id"),
        ({"user_id": "user-9"}, "/user_id"),
        ({"user_id": "north"}, "/user_id"),
        ({"user_ids": ["user-1", "user-9"]}, "/user_ids/1"),
        ({"team_id": "south"}, "/team_id"),
        ({"user_id": "user-1", "team_id": "north"}, "/team_id"),
        ({**BY_COUNTRY, "territories": [{"value": "PT", "user_id": "user-9"}]}, "/territories/0/user_id"),
        ({**BY_COUNTRY, "territory_field": "nonsense"}, "/territory_field"),
        ({"territory_field": "source", "user_id": "user-1"}, "/territory_field"),
        ({"user_id": "user-1", "condition": "rating eq 'hott'"}, "/condition"),
    ],
)
async def test_a_rule_that_cannot_be_is_refused(store: Store, fields: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Refusal) as refusal:
        await do(store, commands.create_rule, draft(AssignmentRule, name="Wrong", **fields))

    assert pointer in [error.pointer for error in refusal.value.errors]


async def test_only_who_may_assign_gives_a_new_lead_to_somebody_else(store: Store) -> None:
    seller = Context(actor_id="user-1", via="ui", grants=Grants(user_id="user-1"))

    async def create(work: UnitOfWork, owner_id: str) -> Lead:
        return await leads.create_lead(work, draft(Lead, last_name="Lee", owner_id=owner_id))

    assert (await store.run(lambda work: create(work, "user-1"), seller)).owner_id == "user-1"
    with pytest.raises(Forbidden):
        await store.run(lambda work: create(work, "user-2"), seller)
