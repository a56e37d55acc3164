"""What people do with scoring rules. Each change begins to score all leads anew."""

from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.sales.leads.conditions import require_condition
from services.sales.scoring_rules import model
from services.sales.scoring_rules.model import ScoringRule
from services.sales.scoring_rules.scoring import rescore


async def create_rule(work: UnitOfWork, draft: Draft) -> ScoringRule:
    rule = ScoringRule.drafted(draft, id=work.new_id())
    require_condition(rule.condition, "/condition")
    rescore(work)
    return work.add(rule)


async def change_rule(work: UnitOfWork, _: ScoringRule, wanted: ScoringRule) -> ScoringRule:
    require_condition(wanted.condition, "/condition")
    rescore(work)
    return work.save(wanted)


async def deactivate_rule(work: UnitOfWork, rule_id: str) -> ScoringRule:
    rescore(work)
    return work.save(*model.deactivate(await work.get_target(ScoringRule, rule_id)))


async def activate_rule(work: UnitOfWork, rule_id: str) -> ScoringRule:
    rescore(work)
    return work.save(*model.activate(await work.get_target(ScoringRule, rule_id)))
