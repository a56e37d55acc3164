"""What people do with assignment rules, and what these do with new leads."""

from collections.abc import Mapping, Sequence
from typing import Any

from libs.contracts.sales import LeadAssigned, LeadCreated
from libs.domain.record import Draft
from libs.domain.refusals import InvalidFields
from libs.domain.sharing import Principal
from libs.store.sequence import take_next
from libs.store.work import UnitOfWork
from services.sales.assignment_rules import model
from services.sales.assignment_rules.model import AssignmentRule
from services.sales.leads.conditions import FIELDS, condition, require_condition, view_of
from services.sales.leads.model import Lead


async def create_rule(work: UnitOfWork, draft: Draft) -> AssignmentRule:
    return work.add(await _vetted(work, AssignmentRule.drafted(draft, id=work.new_id())))


async def change_rule(work: UnitOfWork, _: AssignmentRule, wanted: AssignmentRule) -> AssignmentRule:
    return work.save(await _vetted(work, wanted))


async def _vetted(work: UnitOfWork, rule: AssignmentRule) -> AssignmentRule:
    """Raises `InvalidFields` naming each field that says what cannot be."""
    model.require_sound(rule)
    if rule.condition is not None:
        require_condition(rule.condition, "/condition")
    people = work.store.people
    for pointer, user_id in rule.user_pointers():
        if await people.principal(user_id) is not Principal.USER:
            raise InvalidFields.at(pointer, "unknown_reference", "no active user has this id")
    if rule.team_id is not None and await people.principal(rule.team_id) is not Principal.TEAM:
        raise InvalidFields.at("/team_id", "unknown_reference", "no active team has this id")
    field = (rule.territory_field or "").partition("/")[0]
    if field and field not in FIELDS and field != "custom":
        raise InvalidFields.at("/territory_field", "unknown_field", f"leads have no field {field}")
    return rule


async def add_lead(work: UnitOfWork, lead: Lead) -> Lead:
    """A new lead, given to whom the first rule says that it meets; without one it stays with whoever it would be."""
    rules = work.store.defined(AssignmentRule)
    view = view_of(lead) if rules else {}
    for rule in sorted(rules, key=lambda rule: rule.order):
        if rule.condition is None or condition(rule.condition)(view):
            owner_id = await _owner(work, rule, view)
            if owner_id is not None:
                given = lead.model_copy(update={"owner_id": owner_id})
                return work.add(given, LeadCreated(), LeadAssigned(rule=rule.name))
    return work.add(lead)


async def _owner(work: UnitOfWork, rule: AssignmentRule, view: Mapping[str, Any]) -> str | None:
    """None where whoever it would be does not work here any more."""
    people = work.store.people
    if rule.team_id is not None or rule.user_ids:
        members = sorted(people.members(rule.team_id)) if rule.team_id is not None else rule.user_ids
        return await _next(work, rule, [each for each in members if people.is_active(each)])
    owner_id = rule.user_id or rule.of_territory(view)
    return owner_id if owner_id is not None and people.is_active(owner_id) else None


async def _next(work: UnitOfWork, rule: AssignmentRule, members: Sequence[str]) -> str | None:
    """Whose turn it is; a turn is taken in the commit, so that nobody is passed over."""
    if not members:
        return None
    turn = await take_next(work, f"assignment|{rule.id}")
    return members[(turn - 1) % len(members)]
