"""What administrators do with duplicate rules."""

from typing import Final

from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.identity.administering import require_administrator
from services.identity.custom_fields import store as custom_fields
from services.identity.duplicate_rules import model
from services.identity.duplicate_rules.model import DuplicateRule

_SAY_WHAT_DOUBLES: Final = "say what is a duplicate"


async def create_rule(work: UnitOfWork, draft: Draft) -> DuplicateRule:
    require_administrator(work, _SAY_WHAT_DOUBLES)
    return work.add(await _sound(work, DuplicateRule.drafted(draft, id=work.new_id())))


async def change_rule(work: UnitOfWork, _: DuplicateRule, wanted: DuplicateRule) -> DuplicateRule:
    require_administrator(work, _SAY_WHAT_DOUBLES)
    return work.save(await _sound(work, wanted))


async def _sound(work: UnitOfWork, rule: DuplicateRule) -> DuplicateRule:
    paths = (path for condition in rule.conditions for path in condition.fields)
    return model.require_sound(rule, await custom_fields.names_among(work, rule.of, paths))


async def deactivate_rule(work: UnitOfWork, rule_id: str) -> DuplicateRule:
    require_administrator(work, _SAY_WHAT_DOUBLES)
    return work.save(*model.deactivate(await work.get_target(DuplicateRule, rule_id)))


async def activate_rule(work: UnitOfWork, rule_id: str) -> DuplicateRule:
    require_administrator(work, _SAY_WHAT_DOUBLES)
    return work.save(*model.activate(await work.get_target(DuplicateRule, rule_id)))
